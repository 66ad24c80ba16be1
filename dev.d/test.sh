# `./dev test`: every step is timed and counted; what failed leaves its log in target/test-logs.

LOGS=target/test-logs
passed=0
failed=0

# Programs print their counts in plain text, so that they can be read back.
plain_output() { export CARGO_TERM_COLOR=never NO_COLOR=1 TERM=dumb CI=${CI:-true}; }

# Prints "PASSED FAILED" as the test runners in the log $1 counted: cargo's, vitest's,
# Playwright's and node's closing lines.
count_log() {
    awk '
        { gsub(/\033\[[0-9;]*m/, "") }
        /^test result: / { passed += $4; failed += $6 }
        /^ *Tests  +/ {
            for (i = 2; i <= NF; i++) {
                if ($i ~ /^passed/) passed += $(i - 1)
                if ($i ~ /^failed/) failed += $(i - 1)
            }
        }
        /^ *[0-9]+ passed( \(|$)/ { passed += $1 }
        /^ *[0-9]+ (failed|flaky)$/ { failed += $1 }
        /^(#|ℹ) pass [0-9]+$/ { passed += $3 }
        /^(#|ℹ) fail [0-9]+$/ { failed += $3 }
        END { print passed + 0, failed + 0 }
    ' "$1"
}

# Runs the step $1, the command $2…, and counts it: by its tests, or as one where it has none.
# A step that breaks without a failed test counts as one failure.
step() {
    local name=$1 log=$LOGS/$1.log begin=$SECONDS code counts ok bad
    shift
    set +e
    (
        set -e
        "$@"
    ) >"$log" 2>&1 </dev/null
    code=$?
    set -e
    counts=$(count_log "$log")
    ok=${counts% *} bad=${counts#* }
    if [ $code -ne 0 ] && [ "$bad" = 0 ]; then bad=1; fi
    if [ "$ok" = 0 ] && [ "$bad" = 0 ]; then ok=1; fi
    passed=$((passed + ok)) failed=$((failed + bad))
    if [ "$bad" = 0 ]; then
        printf '%-12s ok      %5d s  %s passed\n' "$name" $((SECONDS - begin)) "$ok"
        rm "$log"
    else
        printf '%-12s FAILED  %5d s  %s passed, %s failed; %s\n' "$name" $((SECONDS - begin)) "$ok" "$bad" "$log"
        grep -E '^(error|test .* FAILED|dev: )' "$log" | head -n 30 | sed 's/^/    | /' || true
        # What a panic says begins on the line below.
        grep -E -A 4 '^thread .* panicked' "$log" | cut -c 1-400 | head -n 60 | sed 's/^/    | /' || true
        echo '    …'
        tail -n 40 "$log" | sed 's/^/    | /'
    fi
}

# The workspace package in folder $1.
package_in() { sed -n 's/^name = "\(.*\)"$/\1/p' "$1/Cargo.toml" | head -n 1; }

# Packages with a step of their own, as arguments that leave them out of the common one.
with_own_step() {
    local folder
    for folder in tests/simulation tests/scenarios tests/desktop tests/tidy; do
        [ ! -f $folder/Cargo.toml ] || printf -- '--exclude %s ' "$(package_in $folder)"
    done
}

format() { cargo fmt --all --check; }
core_alone() { cargo check --locked -p belfry-core; }
clippy() { cargo clippy --locked --workspace --all-targets --all-features -- -D warnings; }
build_all() { cargo build --locked --workspace --all-features; }
# shellcheck disable=SC2046
cargo_tests() { cargo test --locked --workspace $(with_own_step) --all-features --no-fail-fast; }
# They wait for each other's servers and for sessions to end more than they compute.
scenario_tests() { RUST_TEST_THREADS=6 tests_in tests/scenarios; }
tests_in() { cargo test --locked -p "$(package_in "$1")" --no-fail-fast; }

# Runs $@ in a private X server and session bus, with the switches WebKit needs without a graphics card.
in_a_window() {
    PATH="$BELFRY_CACHE/bin:$PATH" xvfb-run -a -s "-screen 0 1280x800x24 -nolisten tcp" \
        dbus-run-session -- env \
        WEBKIT_DISABLE_DMABUF_RENDERER=1 WEBKIT_DISABLE_COMPOSITING_MODE=1 \
        LIBGL_ALWAYS_SOFTWARE=1 NO_AT_BRIDGE=1 GDK_BACKEND=x11 \
        "$@"
}

desktop_tests() { in_a_window cargo test --locked -p "$(package_in tests/desktop)" --no-fail-fast; }

# The package under a systemd of its own, which takes a root's rights.
package_test() { tests/package/run; }

# The window is compiled with the built interface inside, so ui/ comes before the Rust steps.
ui_steps() {
    has_ui || return 0
    local script
    step ui-packages ui_packages
    for script in lint build test; do
        if ui_has $script; then step "ui-$script" ui_script $script; fi
    done
}

rust_steps() {
    if command -v cargo-clippy >/dev/null; then
        step clippy clippy
    else
        say "clippy is not there; its step is left out"
    fi
    step build build_all
    step cargo cargo_tests
    step simulation tests_in tests/simulation
    step scenarios scenario_tests
}

end_steps() {
    if ui_has e2e; then step ui-e2e ui_script e2e; fi
    if [ -f tests/desktop/Cargo.toml ]; then step desktop desktop_tests; fi
    step tidy tests_in tests/tidy
    if [ -n "${BELFRY_NIGHTLY:-}" ]; then step package package_test; fi
}

run_tests() {
    local begin=$SECONDS
    case ${1:-} in
        '') ;;
        nightly) export BELFRY_NIGHTLY=1 ;;
        *) fail "./dev test knows only nightly, not '$1'" ;;
    esac
    rm -rf $LOGS
    mkdir -p $LOGS
    exec 3>&1
    say_to=3
    step tools test_tools
    say_to=1
    exec 3>&-
    if [ $failed = 0 ]; then
        use_node
        plain_output
        export BELFRY_BIN_DIR=$CARGO_TARGET_DIR/debug
        step format format
        step core-alone core_alone
        ui_steps
        rust_steps
        end_steps
    fi
    say "all steps took $((SECONDS - begin)) s"
    echo "belfry: $passed passed, $failed failed"
    [ $failed = 0 ]
}
