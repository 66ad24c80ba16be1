# `./dev package`: the agent, its supervisor and belfryctl as a .deb, and as an .rpm where rpmbuild
# is there (Debian's package rpm); made without any network.

package() {
    [ $# = 0 ] || fail "./dev package knows no '$1'"
    rust_tools
    require dpkg-deb "dpkg-deb is needed; it comes with Debian's dpkg"
    say "building the programs (release profile) …"
    cargo build --release --bins -p belfry-agent -p belfryctl
    mkdir -p target/packages
    make_deb "$CARGO_TARGET_DIR/release" target/packages
    if command -v rpmbuild >/dev/null; then
        make_rpm "$CARGO_TARGET_DIR/release" target/packages
    else
        say "rpmbuild is not there; the .rpm is left out"
    fi
}

own_version() { sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1; }

# The files of both packages, of the programs in the folder $1, below $2; the unit goes to $3.
lay_out() {
    install -D -m 755 -t "$2/usr/bin" "$1/belfry-agent" "$1/belfry-run" "$1/belfryctl"
    install -D -m 644 -t "$2/$3" agent/package/belfry-agent.service
    install -D -m 640 -t "$2/etc/belfry" agent/package/agent.toml
    install -D -m 644 -t "$2/usr/share/doc/belfry-agent" LICENSE
}

# The .deb of the programs in the folder $1, laid into the folder $2; of version $3, if it is
# not to be our own.
make_deb() {
    local version architecture tree size file
    version=${3:-$(own_version)}
    architecture=$(dpkg --print-architecture)
    tree=$(mktemp -d)
    lay_out "$1" "$tree" lib/systemd/system
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

# The .rpm of the programs in the folder $1, laid into the folder $2. What is done at an
# installation and a removal is what the .deb does.
make_rpm() {
    local work
    work=$(mktemp -d)
    lay_out "$(realpath "$1")" "$work/tree" usr/lib/systemd/system
    cat >"$work/belfry-agent.spec" <<TEXT
Name: belfry-agent
Version: $(own_version)
Release: 1
Summary: Rings jobs on time on this server
License: Apache-2.0
Requires(post): shadow-utils
%description
The agent watches the jobs of a Belfry cluster, or of this computer alone,
starts them when they are due and records what became of them. Running
programs outlive it. belfryctl, for people and scripts, comes along.
%post -p /bin/sh
set -- configure
$(sed 1,2d agent/package/postinst)
%preun -p /bin/sh
[ "\$1" != 0 ] || set -- remove
$(sed 1,2d agent/package/prerm)
%files
/usr/bin/belfry-agent
/usr/bin/belfry-run
/usr/bin/belfryctl
/usr/lib/systemd/system/belfry-agent.service
/usr/share/doc/belfry-agent/LICENSE
%dir /etc/belfry
%config(noreplace) %attr(640, root, root) /etc/belfry/agent.toml
TEXT
    rpmbuild -bb --quiet --buildroot "$work/tree" --define "_topdir $work" --define "_rpmdir $work/made" \
        --define "_build_id_links none" --define "__strip /bin/true" --define "_docdir_fmt none" \
        "$work/belfry-agent.spec" >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "rpmbuild failed"; }
    find "$work/made" -name '*.rpm' -exec cp -t "$2" {} +
    rm -r "$work"
    say "made $(ls "$2"/belfry-agent-"$(own_version)"-*.rpm)"
}
