# `./dev check`, the quick look before a commit, and `./dev bench`.

check() {
    rust_tools
    say "format …"
    cargo fmt --all --check
    say "core alone, without its feature io …"
    cargo check -q -p belfry-core
    if has_ui; then
        node_tools
        ui_build
        ui_has format:check && ui_script format:check
        ui_has typecheck && ui_script typecheck
    fi
    if has_desktop; then desktop_libraries; fi
    if command -v cargo-clippy >/dev/null; then
        say "clippy …"
        cargo clippy -q --workspace --all-targets --all-features -- -D warnings
    else
        say "clippy is not there and was left out; Rust's installer or Debian's rust-web-clippy brings it"
    fi
    say "tidy …"
    cargo test -q -p belfry-tidy
}

bench() {
    case ${1:-} in
        '')
            [ -d tests/scenarios/benches ] || fail "there are no benchmarks in this tree yet"
            rust_tools
            cargo bench -p belfry-scenarios
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
