# The user interface: its packages, its scripts, its build.

# Whether ui/package.json has the script $1.
ui_has() {
    has_ui && (cd ui && node -e 'process.exit(require("./package.json").scripts?.[process.argv[1]] ? 0 : 1)' "$1")
}

# npm's packages as the lock file says, unless they are there already.
ui_packages() {
    if [ ! -f ui/node_modules/.package-lock.json ] || [ ui/package-lock.json -nt ui/node_modules/.package-lock.json ]; then
        say "installing the packages of ui/ (npm) …"
        (cd ui && npm ci --no-audit --no-fund)
    fi
}

ui_script() { (cd ui && npm run --silent "$1"); }

ui_build() {
    ui_packages
    ui_script build
    [ -f ui/dist/index.html ] || fail "the build of ui/ left no ui/dist/index.html"
}

# Renders every picture in icons/ from the one source.
icons() {
    debian_packages "icons" $PACKAGES_ICONS
    require rsvg-convert "rendering the icons needs rsvg-convert (librsvg)"
    local size folder
    render() { rsvg-convert -w "$1" -h "$1" -o "icons/$2" icons/belfry.svg; }
    render 32 32x32.png
    render 128 128x128.png
    render 256 128x128@2x.png
    render 512 icon.png
    folder=$(mktemp -d)
    for size in 16 24 32 48 64 256; do
        rsvg-convert -w $size -h $size -o "$folder/$size.png" icons/belfry.svg
    done
    python3 dev.d/ico.py icons/icon.ico "$folder"/{16,24,32,48,64,256}.png
    rm -r "$folder"
    say "rendered icons/ from icons/belfry.svg"
}
