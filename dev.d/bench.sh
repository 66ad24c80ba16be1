# `./dev bench`: the design's targets beside what this machine measures.

# Runs each example named bench_…: it prints a target of the design beside what it measured. The
# supervisor's one takes the path of the supervisor.
bench_programs() {
    local file package name
    cargo build --release --bins -p belfry-agent
    for file in */examples/bench_*.rs; do
        [ -f "$file" ] || fail "there are no benchmarks in this tree yet"
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

bench() {
    case ${1:-} in
        '')
            rust_tools
            bench_programs
            ;;
        ui)
            node_tools
            ui_has bench || fail "there are no benchmarks of the user interface in this tree yet"
            browser_tools
            ui_build
            ui_script bench
            ;;
        *) fail "./dev bench knows only ui, not '$1'" ;;
    esac
}
