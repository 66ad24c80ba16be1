# `./dev cluster`: a whole cluster on this computer, in one temporary folder: etcd with three
# members, MariaDB, three agents that differ, the example jobs, and where there is a screen the
# desktop on them. Ctrl+C ends and removes it all.

cluster() {
    local folder seconds=${BELFRY_CLUSTER_SECONDS:-0} begin display=${DISPLAY:-}${WAYLAND_DISPLAY:-} argument
    for argument; do
        case $argument in
            --no-desktop) display= ;;
            *) fail "./dev cluster knows only --no-desktop, not '$argument'" ;;
        esac
    done
    rust_tools
    debian_packages "a cluster" etcd-client etcd-server mariadb-server
    require etcd "etcd is needed; install it and run this again"
    require mariadbd "MariaDB is needed; install it and run this again"
    say "building the agent and belfryctl (dev profile; the first time takes minutes) …"
    cargo build -p belfry-agent -p belfryctl
    if [ -z "$display" ] || ! has_desktop; then display=; else build_desktop; fi
    folder=$(mktemp -d)
    cluster_pids=()
    trap "stop_cluster '$folder'" EXIT
    trap 'exit 0' INT TERM
    start_servers "$folder"
    start_agents "$folder"
    tell_cluster "$folder"
    [ -z "$display" ] || open_desktop "$folder"
    begin=$SECONDS
    while [ "$seconds" = 0 ] || [ $((SECONDS - begin)) -lt "$seconds" ]; do
        sleep 0.5
    done
    "${ctl[@]}" --json runs list --state succeeded --limit 1 | grep -q '"run_id"' ||
        fail "no run succeeded in $seconds seconds; the logs are in $folder"
    say "at least one run succeeded in $seconds seconds"
}

# So many ports that nobody holds at this moment.
free_ports() {
    python3 - "$1" <<'PYTHON'
import socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*[taken.getsockname()[1] for taken in sockets])
PYTHON
}

# Runs the command $2… in the background, its words in the log $1.
in_background() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 </dev/null &
    cluster_pids+=($!)
}

# Waits until the command $2… succeeds, for half a minute; $1 names what for.
wait_for() {
    local what=$1 turn
    shift
    for turn in $(seq 150); do
        if "$@" >/dev/null 2>&1; then return; fi
        [ "$turn" != 150 ] || fail "$what did not come up; the logs are in $folder"
        sleep 0.2
    done
}

start_servers() {
    local folder=$1 ports members= endpoints= index database
    read -r -a ports <<<"$(free_ports 7)"
    for index in 0 1 2; do
        members="$members${members:+,}m$index=http://127.0.0.1:${ports[index]}"
        endpoints="$endpoints${endpoints:+, }\"http://127.0.0.1:${ports[index + 3]}\""
    done
    for index in 0 1 2; do
        in_background "$folder/etcd-$index.log" etcd --name "m$index" --data-dir "$folder/etcd-$index" \
            --listen-peer-urls "http://127.0.0.1:${ports[index]}" \
            --initial-advertise-peer-urls "http://127.0.0.1:${ports[index]}" \
            --listen-client-urls "http://127.0.0.1:${ports[index + 3]}" \
            --advertise-client-urls "http://127.0.0.1:${ports[index + 3]}" \
            --initial-cluster "$members" --heartbeat-interval 50 --election-timeout 500 \
            --logger zap --log-level warn
    done
    database=$folder/mariadb
    mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$database" \
        --auth-root-authentication-method=normal --skip-test-db --tmpdir="$folder" >"$folder/mariadb.log" 2>&1
    in_background "$folder/mariadb.log" mariadbd --no-defaults --user="$(id -un)" --datadir="$database" \
        --socket="$folder/mariadb.sock" --bind-address=127.0.0.1 --port="${ports[6]}" --skip-log-bin --tmpdir="$folder"
    wait_for "MariaDB" mariadb --no-defaults --user=root --socket="$folder/mariadb.sock" \
        -e "CREATE DATABASE IF NOT EXISTS belfry"
    printf '[cluster]\nname = "dev"\nendpoints = [%s]\nidentity_file = "%s/identity"\n[history]\nurl = "mysql://root@127.0.0.1:%s/belfry"\n' \
        "$endpoints" "$folder" "${ports[6]}" >"$folder/cluster.toml"
    ctl=("$CARGO_TARGET_DIR/debug/belfryctl" --config "$folder/cluster.toml")
    wait_for "etcd" "${ctl[@]}" cluster init
}

start_agents() {
    local folder=$1 name weight role
    while read -r name weight role; do
        mkdir "$folder/$name"
        {
            cat "$folder/cluster.toml"
            printf '[node]\nid = "%s"\ndata_dir = "%s"\nweight = %s\nlabels = { role = "%s" }\n' \
                "$name" "$folder/$name" "$weight" "$role"
        } >"$folder/$name.toml"
        in_background "$folder/$name.log" "$CARGO_TARGET_DIR/debug/belfry-agent" run --config "$folder/$name.toml"
    done <<'NODES'
north 3 web
south 2 web
west 1 db
NODES
    "${ctl[@]}" apply -f examples/jobs.toml
}

# The desktop with settings of its own, so that no keychain is asked and no profile of the person
# is touched. It knows the cluster by a profile, which belfryctl takes too.
open_desktop() {
    local folder=$1 config=$1/config/belfry
    mkdir -p "$config" "$folder/here"
    sed -e 's/^\[/[dev./' "$folder/cluster.toml" >"$config/profiles.toml"
    XDG_CONFIG_HOME=$folder/config BELFRY_DIR=$folder/here BELFRY_PROFILE=dev \
        in_background "$folder/desktop.log" "$CARGO_TARGET_DIR/debug/belfry"
    say "opening the desktop; the cluster goes on when its window closes"
}

tell_cluster() {
    local folder=$1
    say "the cluster lies in $folder: three agents ring the jobs of examples/jobs.toml"
    echo "    ${ctl[*]} cluster status"
    echo "    ${ctl[*]} nodes list"
    echo "    ${ctl[*]} runs watch"
    echo "Ctrl+C ends and removes it."
}

# Asks everything that was started to end, the newest first, and forces it after 10 s.
stop_cluster() {
    local folder=$1 index turn pid
    trap - EXIT INT TERM
    for ((index = ${#cluster_pids[@]} - 1; index >= 0; index--)); do
        pid=${cluster_pids[index]}
        kill -TERM "$pid" 2>/dev/null || continue
        for turn in $(seq 100); do
            kill -0 "$pid" 2>/dev/null || break
            [ "$turn" != 100 ] || kill -KILL "$pid" 2>/dev/null
            sleep 0.1
        done
    done
    # The desktop starts an agent for this computer, which outlives its window.
    if [ -s "$folder/here/agent.lock" ]; then
        kill -TERM "$(cat "$folder/here/agent.lock")" 2>/dev/null || true
    fi
    rm -rf "$folder"
    say "stopped and removed the cluster"
}
