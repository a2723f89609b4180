#!/bin/sh
# Prints the Python that runs the peers of one engine or format (policy, tokens, …), in a
# virtual environment outside the checkout; makes it first where it is missing or its list changed.
set -eu

group="${1:?policy, opinion, budgeting, siting or tokens}"
list="$(dirname "$0")/peers/$group.txt"
[ -f "$list" ] || { echo "peers.sh: there is no list $list" >&2; exit 2; }
home="${LINLI_PEERS:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/linli/peers}/$group"

mkdir -p "$home"
# Tests run side by side: one of them makes the environment, the others wait for it.
exec 9>"$home/lock"
flock 9
if ! cmp -s "$list" "$home/made-from.txt"; then
    command -v python3 >/dev/null || { echo "peers.sh: python3 is missing" >&2; exit 1; }
    rm -rf "$home/venv"
    echo "Installing the peers of $group …" >&2
    python3 -m venv "$home/venv" >&2
    "$home/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$list" >&2
    cp "$list" "$home/made-from.txt"
fi
echo "$home/venv/bin/python"
