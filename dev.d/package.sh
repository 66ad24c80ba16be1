# `./dev package`: the agent, its supervisor and belfryctl as a .deb, made without any network.

package() {
    [ $# = 0 ] || fail "./dev package knows no '$1'"
    rust_tools
    require dpkg-deb "dpkg-deb is needed; it comes with Debian's dpkg"
    say "building the programs (release profile) …"
    cargo build --release --bins -p belfry-agent -p belfryctl
    mkdir -p target/packages
    make_deb "$CARGO_TARGET_DIR/release" target/packages
}

own_version() { sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1; }

# The package of the programs in the folder $1, laid into the folder $2; of version $3, if it is
# not to be our own.
make_deb() {
    local version architecture tree size file
    version=${3:-$(own_version)}
    architecture=$(dpkg --print-architecture)
    tree=$(mktemp -d)
    install -D -m 755 -t "$tree/usr/bin" "$1/belfry-agent" "$1/belfry-run" "$1/belfryctl"
    install -D -m 644 -t "$tree/lib/systemd/system" agent/package/belfry-agent.service
    install -D -m 640 -t "$tree/etc/belfry" agent/package/agent.toml
    install -D -m 644 -t "$tree/usr/share/doc/belfry-agent" LICENSE
    install -D -m 755 -t "$tree/DEBIAN" agent/package/postinst agent/package/prerm
    echo /etc/belfry/agent.toml >"$tree/DEBIAN/conffiles"
    chmod 755 "$tree"
    size=$(du -sk "$tree" | cut -f 1)
    cat >"$tree/DEBIAN/control" <<TEXT
Package: belfry-agent
Version: $version
Architecture: $architecture
Maintainer: The Belfry authors <belfry@localhost>
Section: admin
Priority: optional
Installed-Size: $size
Depends: libc6, passwd
Description: rings jobs on time on this server
 The agent watches the jobs of a Belfry cluster, or of this computer alone,
 starts them when they are due and records what became of them. Running
 programs outlive it. belfryctl, for people and scripts, comes along.
TEXT
    file=$2/belfry-agent_${version}_$architecture.deb
    dpkg-deb --root-owner-group -Zgzip --build "$tree" "$file" >/dev/null
    rm -r "$tree"
    say "made $file"
}
