#!/bin/sh
# Checks and measures DMS on this machine's NVIDIA GPU, without network and without installing anything.
#   ./run.sh [--quick] [--out FOLDER] [--peer] [--sanitizer] [--only STEP,...]
# Steps: correctness levels switch rebind memory endurance. A step that fails or runs out of time loses only itself.
set -u
here=$(dirname -- "$(readlink -f -- "$0")")
out="$PWD/dms-field-$(date +%Y%m%d-%H%M%S)"
quick=false peer=false sanitizer=false
only="correctness levels switch rebind memory endurance"
while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=true ;;
    --peer) peer=true ;;
    --sanitizer) sanitizer=true ;;
    --out) out=$2 && shift ;;
    --only) only=$(echo "$2" | tr ',' ' ') && shift ;;
    *) sed -n '2,4s/^# *//p' "$0" && exit 2 ;;
    esac
    shift
done
mkdir -p "$out" || exit 3
out=$(readlink -f -- "$out")

# ---- where CUDA and cuDNN are: what the user chose, then Python's wheels, then toolkits, then the system's own ----

found=
add() { [ ! -d "$1" ] || case ":$found:" in *":$1:"*) ;; *) found="${found:+$found:}$1" ;; esac }
python=$(command -v python3 || command -v python || true)
[ -z "$python" ] || for site in $("$python" -c 'import sys; print("\n".join(p for p in sys.path if p))' 2>/dev/null); do
    for lib in "$site"/nvidia/cu1[0-9]/lib "$site"/nvidia/*/lib; do
        for file in "$lib"/libcudart.so.* "$lib"/libcudnn*.so.* "$lib"/libcublas*.so.* "$lib"/libnvrtc.so.*; do
            [ ! -e "$file" ] || add "$lib"
        done
    done
done
for root in "${CUDA_HOME:-}" /usr/local/cuda /usr/local/cuda-*; do
    [ -z "$root" ] || { add "$root/lib64" && add "$root/targets/$(uname -m)-linux/lib"; }
done
for lib in /usr/local/nvidia/lib64 /usr/lib/aarch64-linux-gnu/tegra /usr/lib/aarch64-linux-gnu/nvidia; do add "$lib"; done
LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$found"
export LD_LIBRARY_PATH

{
    echo "date: $(date -u +%Y-%m-%dT%H:%M:%SZ)"
    echo "host: $(uname -srm)"
    echo "libraries: $LD_LIBRARY_PATH"
    nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.sm,clocks.mem,power.draw --format=csv 2>/dev/null ||
        { [ -r /proc/device-tree/model ] && tr -d '\0' </proc/device-tree/model; } || echo "no nvidia-smi"
} | tee "$out/machine.txt"

java() {
    "$here/runtime/bin/java" -Xmx6g -Djava.awt.headless=true -Dorg.bytedeco.javacpp.maxBytes=0 \
        -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.cachedir="$out/cache" \
        -Ddms.field.quick=$quick -Ddms.field.out="$out" ${DMS_JAVA_OPTS:-} -cp "$here/lib/*" io.dms.fieldkit.Main "$@"
}

failed=
step() {
    name=$1 seconds=$2
    echo "== $name (at most $seconds s)"
    ( java "$name" 2>"$out/$name.log" ) &
    pid=$!
    ( sleep "$seconds" && kill -TERM "$pid" 2>/dev/null && sleep 5 && kill -KILL "$pid" 2>/dev/null ) &
    guard=$!
    if wait "$pid"; then echo "== $name done"; else
        echo "== $name FAILED (status $?); last lines of $out/$name.log:"
        tail -n 5 "$out/$name.log"
        failed="$failed $name"
    fi
    kill "$guard" 2>/dev/null
    wait "$guard" 2>/dev/null
}

nvidia-smi --query-gpu=memory.used --format=csv,noheader >"$out/memory-before.txt" 2>/dev/null
for name in $only; do
    step "$name" 420
    # Figures of wrong outputs are worth nothing.
    if [ "$name" = correctness ] && [ -n "$failed" ]; then
        echo "outputs are wrong or nothing could be run: nothing is measured"
        break
    fi
done
nvidia-smi --query-gpu=memory.used --format=csv,noheader >"$out/memory-after.txt" 2>/dev/null

if [ $peer = true ]; then
    if [ -n "$python" ] && "$python" -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then
        echo "== peer"
        timeout 420 "$python" "$here/peer.py" "$out/peer.json" $([ $quick = false ] || echo --quick) 2>"$out/peer.log" ||
            failed="$failed peer"
    else
        echo "== peer skipped: no Python with torch and a GPU"
    fi
fi

if [ $sanitizer = true ]; then
    tool=$(command -v compute-sanitizer || ls /usr/local/cuda/bin/compute-sanitizer 2>/dev/null || true)
    if [ -n "$tool" ]; then
        for check in memcheck racecheck initcheck; do
            echo "== compute-sanitizer $check"
            timeout 540 "$tool" --tool "$check" --target-processes all --error-exitcode 9 --log-file "$out/$check.txt" \
                "$here/runtime/bin/java" -Xmx4g -Dorg.bytedeco.javacpp.cachedir="$out/cache" -Ddms.field.quick=true \
                -Ddms.field.out="$out/$check" -cp "$here/lib/*" io.dms.fieldkit.Main correctness \
                >"$out/$check.out" 2>&1 || failed="$failed $check"
            tail -n 1 "$out/$check.txt" 2>/dev/null
        done
    else
        echo "== compute-sanitizer not found: skipped"
    fi
fi

rm -rf "$out/cache"
java report || true
rm -rf "$out/cache"
echo "results: $out"
[ -z "$failed" ] || { echo "failed:$failed"; exit 1; }
