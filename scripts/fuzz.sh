#!/bin/sh
# Runs fuzz targets guided by coverage (libFuzzer): scripts/fuzz.sh MINUTES [TARGET …]
# Needs a C++ compiler. What is found lies in fuzz/corpus/<target>/ under the name libFuzzer gave it
# (crash-…, timeout-…, oom-…): the tests run it from then on, so give it a better name, mend what it
# shows and commit it.
set -eu
cd "$(dirname "$0")/.."
minutes="${1:?expected how many minutes for each target}"
shift
targets="${*:-$(ls fuzz/corpus)}"
target="$(rustc -vV | sed -n 's/^host: //p')"
out="${CARGO_TARGET_DIR:-$PWD/target}"

# The passes that libFuzzer needs are in every compiler of this project's age: no nightly needed.
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"
cargo build --release --manifest-path fuzz/guided/Cargo.toml --target "$target" \
    --target-dir "$out/fuzz" ${LINLI_FUZZ_FEATURES:-}

found=0
for name in $targets; do
    [ -d "fuzz/corpus/$name" ] || { echo "there is no target $name: see fuzz/corpus" >&2; exit 2; }
    kept="$out/fuzz/corpus/$name"
    mkdir -p "$kept"
    echo "== $name"
    LINLI_FUZZ="$name" "$out/fuzz/$target/release/guided" -max_total_time=$((minutes * 60)) \
        -timeout=10 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="fuzz/corpus/$name/" "$kept" "fuzz/corpus/$name" || found=1
done
exit $found
