# `./dev bench`: the design's targets beside what this machine measures.

# Runs the examples in the files $@, each named bench_…: it prints a target of the design beside
# what it measured. The supervisor's one takes the path of the supervisor.
bench_programs() {
    local file package name
    cargo build --release --bins -p belfry-agent
    for file in "$@"; do
        [ -f "$file" ] || fail "there is no benchmark $file in this tree"
        package=$(package_in "${file%%/*}")
        name=$(basename "$file" .rs)
        say "$name …"
        if [ "$name" = bench_supervisor ]; then
            cargo run -q --release --all-features -p "$package" --example "$name" -- \
                "$CARGO_TARGET_DIR/release/belfry-run"
        else
            cargo run -q --release --all-features -p "$package" --example "$name"
        fi
    done
}

# The real window, drawn in software.
bench_window() {
    rust_tools
    window_tools
    cargo build --release --bins -p belfry-agent -p belfryctl
    cargo build --release -p belfry --features tauri/custom-protocol
    cargo build --release -p "$(package_in tests/desktop)" --example bench_window
    BELFRY_BIN_DIR=$CARGO_TARGET_DIR/release in_a_window "$CARGO_TARGET_DIR/release/examples/bench_window"
}

bench() {
    case ${1:-} in
        '')
            rust_tools
            bench_programs */examples/bench_*.rs
            ;;
        cluster)
            rust_tools
            debian_packages "a cluster" etcd-client etcd-server mariadb-server
            bench_programs agent/examples/bench_cluster.rs core/examples/bench_{etcd,mysql}.rs
            ;;
        ui)
            node_tools
            ui_has bench || fail "there are no benchmarks of the user interface in this tree yet"
            browser_tools
            ui_build
            ui_script bench
            bench_window
            ;;
        *) fail "./dev bench knows only ui and cluster, not '$1'" ;;
    esac
}
