# `./dev run`: Belfry on this computer, built from this tree (the dev profile: it builds in a
# fraction of the time, and this is for looking, not for measuring).

run() {
    local display=${DISPLAY:-}${WAYLAND_DISPLAY:-} argument
    for argument; do
        case $argument in
            --no-desktop) display= ;;
            *) fail "./dev run knows only --no-desktop, not '$argument'" ;;
        esac
    done
    rust_tools
    say "building the agent and belfryctl (dev profile; the first time takes minutes) …"
    cargo build -p belfry-agent -p belfryctl
    if [ -n "$display" ] && has_desktop; then
        run_desktop
    else
        run_in_terminal
    fi
}

build_desktop() {
    node_tools
    desktop_libraries
    ui_build
    say "building the desktop …"
    cargo build -p belfry --features tauri/custom-protocol
}

run_desktop() {
    build_desktop
    say "opening the desktop; jobs go on ringing after its window closes"
    exec "$CARGO_TARGET_DIR/debug/belfry"
}

# An agent with the example jobs, and what they do, line by line, until Ctrl+C or for
# BELFRY_RUN_SECONDS. In the latter case it succeeds only if a run did.
run_in_terminal() {
    local folder=${XDG_DATA_HOME:-${HOME:-/root}/.local/share}/belfry/this-computer
    local seconds=${BELFRY_RUN_SECONDS:-0} since begin=$SECONDS
    local bin=$CARGO_TARGET_DIR/debug log=target/run-logs/agent.log
    ctl=("$bin/belfryctl" --embedded "$folder")
    since=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    mkdir -p "$folder" target/run-logs
    agent_pid='' watch_pid=''
    trap stop_what_runs EXIT
    trap 'exit 0' INT TERM
    "$bin/belfry-agent" run --embedded "$folder" >"$log" 2>&1 </dev/null &
    agent_pid=$!
    "${ctl[@]}" apply -f examples/jobs.toml
    say "an agent rings the jobs of examples/jobs.toml, its data in $folder; Ctrl+C ends it"
    "${ctl[@]}" runs watch </dev/null &
    watch_pid=$!
    while kill -0 "$watch_pid" 2>/dev/null; do
        kill -0 "$agent_pid" 2>/dev/null || {
            tail -n 20 "$log" >&2
            fail "the agent has ended (another one may serve $folder); its words are in $log"
        }
        [ "$seconds" = 0 ] || [ $((SECONDS - begin)) -lt "$seconds" ] || break
        sleep 0.5
    done
    [ "$seconds" != 0 ] || fail "belfryctl runs watch has ended by itself"
    "${ctl[@]}" --json runs list --state succeeded --since "$since" --limit 1 | grep -q '"run_id"' ||
        fail "no run succeeded in $seconds seconds; the agent's words are in $log"
    say "at least one run succeeded in $seconds seconds"
}

# Ends the watch and the agent that this script started: asked first, forced after 10 s. Programs
# that jobs have started go on until their own end, as after any stop of an agent.
stop_what_runs() {
    local pid turn
    trap - EXIT INT TERM
    for pid in $watch_pid $agent_pid; do
        kill -TERM "$pid" 2>/dev/null || continue
        for turn in $(seq 100); do
            kill -0 "$pid" 2>/dev/null || break
            [ "$turn" != 100 ] || kill -KILL "$pid" 2>/dev/null
            sleep 0.1
        done
    done
    [ -z "$agent_pid" ] || say "stopped the agent"
}
