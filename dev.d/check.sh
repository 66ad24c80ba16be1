# `./dev check`, the quick look before a commit.

check() {
    rust_tools
    say "format …"
    cargo fmt --all --check
    say "core alone, without its feature io …"
    cargo check -q -p belfry-core
    if has_ui; then
        node_tools
        ui_build
        if ui_has lint; then ui_script lint; fi
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
