#!/bin/sh
# Says what this machine lacks for `make run` (need.sh run) or `make test` (need.sh test), and
# installs Debian packages for it where it may (as root, or with sudo that asks no password).
set -eu

aim="${1:?run or test}"
packages=""

has() { command -v "$1" >/dev/null 2>&1; }
want() { packages="$packages $1"; }
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# What no Debian 12 package gives in the version needed.
stop=0
if ! has cargo; then
    echo "Missing: Rust 1.95 or newer (https://rustup.rs)." >&2
    stop=1
elif ! at_least "$(cargo --version | cut -d' ' -f2)" 1.95.0; then
    echo "Rust is $(cargo --version | cut -d' ' -f2); 1.95.0 or newer is needed: rustup update stable" >&2
    stop=1
fi
if ! has node || ! has npm; then
    echo "Missing: Node.js 20.19 or newer with npm (https://nodejs.org)." >&2
    stop=1
elif ! at_least "$(node --version | tr -d v)" 20.19.0; then
    echo "Node.js is $(node --version); v20.19.0 or newer is needed." >&2
    stop=1
fi
[ "$stop" = 0 ] || exit 1

has cc || want build-essential
if [ "$aim" = test ]; then
    [ -x /usr/lib/postgresql/15/bin/postgres ] || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || want postgresql
    has chromium || has chromium-browser || has google-chrome || want chromium
    has pdftotext || want poppler-utils
    # The peers that results are compared with run in environments of their own (scripts/peers.sh).
    python3 -c 'import ensurepip, venv' 2>/dev/null || want python3-venv
    # fc-list itself may be missing, which means that no font was ever installed.
    if ! has fc-list || ! fc-list :lang=zh 2>/dev/null | grep -q .; then want fonts-noto-cjk; fi
fi
[ -n "$packages" ] || exit 0

echo "Installing what is missing:$packages"
sudo=""
if [ "$(id -u)" != 0 ]; then
    if has sudo && sudo -n true 2>/dev/null; then
        sudo="sudo"
    else
        echo "This needs root. Please run: sudo apt-get install -y --no-install-recommends$packages" >&2
        exit 1
    fi
fi
if ! has apt-get; then
    echo "No apt-get here. Please install:$packages" >&2
    exit 1
fi
# The database must not start by itself: tests start one of their own.
if [ "$aim" = test ] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    $sudo mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" | $sudo tee /etc/postgresql-common/createcluster.conf >/dev/null
fi
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo apt-get install -y -qq --no-install-recommends $packages
