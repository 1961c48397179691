#!/bin/sh
# Checks and measures DMS on this machine's NVIDIA GPU, without network and without installing anything.
#   ./run.sh [--quick] [--out FOLDER] [--peer] [--sanitizer] [--only STEP,...] [--limit SECONDS of each step, 420]
#       [--budget SECONDS for all steps together] [--archive FILE.tar.gz with all results] [--python FILE]
#       [--tensorrt DIR of libnvinfer, where the system does not find it]
#       [--cache DIR for what is found once, as algorithms, kept for further runs]
# Every step by default; --help names them. A step that fails or runs out of time loses only itself; report.md is written
# anew after each. Exit status: 0, 1 for a missed bar or a failure, 2 for wrong use, 3 where there is no GPU.
set -u
here=$(dirname -- "$(readlink -f -- "$0")")
out="$PWD/dms-field-$(date +%Y%m%d-%H%M%S)"
limit=420 quick=false peer=false sanitizer=false tensorrt='' budget='' archive='' python='' cache=''
began=$(date +%s)
only=
while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=true ;;
    --peer) peer=true ;;
    --sanitizer) sanitizer=true ;;
    --out | --only | --limit | --tensorrt | --budget | --archive | --python | --cache)
        [ $# -ge 2 ] || { echo "$1 needs a value" >&2 && exit 2; }
        case $1 in
        --out) out=$2 ;;
        --only)
            only=$(echo "$2" | tr ',' ' ')
            case " $only " in *" peer "*) peer=true ;; esac
            ;;
        --limit) limit=$2 ;;
        --budget) budget=$2 ;;
        --archive) archive=$2 ;;
        --cache) cache=$2 ;;
        --python)
            python=$(command -v "$2") || { echo "--python: $2 is no program" >&2 && exit 2; }
            ;;
        --tensorrt)
            [ -d "$2" ] || { echo "--tensorrt: there is no folder $2" >&2 && exit 2; }
            tensorrt=$(readlink -f -- "$2")
            ;;
        esac
        shift
        ;;
    -h | --help)
        sed -n '2,9s/^# *//p' "$0"
        "$here/runtime/bin/java" -cp "$here/lib/*" io.dms.fieldkit.Main help
        exit 0
        ;;
    *)
        echo "$1 is no option: see --help" >&2
        exit 2
        ;;
    esac
    shift
done
case $limit$budget in *[!0-9]*) echo "--limit and --budget are whole seconds" >&2 && exit 2 ;; esac
[ -n "$only" ] || only=$("$here/runtime/bin/java" -cp "$here/lib/*" io.dms.fieldkit.Main steps) || exit 3
mkdir -p "$out" || exit 3
out=$(readlink -f -- "$out")
kept=${cache:+true}
cache=${cache:-$out/cache}
mkdir -p "$cache" || exit 3
cache=$(readlink -f -- "$cache")
clean() { [ -n "$kept" ] || rm -rf "$cache"; }

# ---- where CUDA and cuDNN are: what the user chose, then Python's wheels, then toolkits, then the system's own ----

found=
# What runs beside us finds its libraries by itself, as it would without us.
given=${LD_LIBRARY_PATH:-}
add() { [ ! -d "$1" ] || case ":$found:" in *":$1:"*) ;; *) found="${found:+$found:}$1" ;; esac }
# Of TensorRT first what was named: the folder itself, or where NVIDIA's archives have their libraries.
[ -z "$tensorrt" ] || for lib in "$tensorrt" "$tensorrt/lib" "$tensorrt/targets/$(uname -m)-linux-gnu/lib"; do
    for file in "$lib"/libnvinfer.so.*; do [ ! -e "$file" ] || add "$lib"; done
done
[ -z "$tensorrt" ] || [ -n "$found" ] || { echo "--tensorrt: no libnvinfer.so in $tensorrt or its lib" >&2 && exit 2; }
LD_LIBRARY_PATH="$found${LD_LIBRARY_PATH:+${found:+:}$LD_LIBRARY_PATH}"
[ -n "$python" ] || python=$(command -v python3 || command -v python || true)
[ -z "$python" ] || for site in $("$python" -c 'import sys; print("\n".join(p for p in sys.path if p))' 2>/dev/null); do
    for lib in "$site"/nvidia/cu1[0-9]/lib "$site"/nvidia/*/lib "$site"/tensorrt_libs; do
        for file in "$lib"/libnvinfer.so.* "$lib"/libcudart.so.* "$lib"/libcudnn*.so.* "$lib"/libcublas*.so.* "$lib"/libnvrtc.so.*; do
            [ ! -e "$file" ] || add "$lib"
        done
    done
done
for root in "${CUDA_HOME:-}" /usr/local/cuda /usr/local/cuda-*; do
    [ -z "$root" ] || { add "$root/lib64" && add "$root/targets/$(uname -m)-linux/lib"; }
done
# Conda has them among all its libraries, so behind every other.
prefix=$([ -z "$python" ] || "$python" -c 'import sys; print(sys.prefix)' 2>/dev/null)
for file in "${prefix:-/nowhere}"/lib/libcudnn.so.* "${prefix:-/nowhere}"/lib/libcudart.so.*; do [ ! -e "$file" ] || add "$prefix/lib"; done
for lib in /usr/local/tensorrt/lib /opt/tensorrt/lib /usr/local/nvidia/lib64 /usr/lib/aarch64-linux-gnu/tegra /usr/lib/aarch64-linux-gnu/nvidia; do add "$lib"; done
LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$found"
export LD_LIBRARY_PATH

{
    echo "date: $(date -u +%Y-%m-%dT%H:%M:%SZ)"
    echo "host: $(uname -srm)"
    echo "libraries: $LD_LIBRARY_PATH"
    nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.sm,clocks.mem,power.draw --format=csv 2>/dev/null ||
        { [ -r /proc/device-tree/model ] && tr -d '\0' </proc/device-tree/model; } || echo "no nvidia-smi"
} | tee "$out/machine.txt"

# The heap is a share of what the machine has: boards have little. Nothing is left outside the result folder.
java() {
    # shellcheck disable=SC2086 # several options
    timeout -k 10 "$1" env XDG_CACHE_HOME="$cache" "$here/runtime/bin/java" -XX:MaxRAMPercentage=50 \
        -Dorg.bytedeco.javacpp.maxBytes=0 -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 \
        -Dorg.bytedeco.javacpp.cachedir="$cache" -Ddms.field.quick=$quick -Ddms.field.out="$out" \
        ${DMS_JAVA_OPTS:-} $start ${share:+"$share"} ${keep:+"$keep"} -cp "$here/lib/*" io.dms.fieldkit.Main "$2"
}
start='' share='' keep=''

# What times a start gets what dms itself has: an archive of loaded classes, made here by going through the step once
# untimed, and flags for Java's compilers. A runtime of jlink has not even the JDK's own archive.
archive() {
    start="-Xlog:disable -Xlog:all=error,cds*=off:stderr -XX:CompileCommand=quiet"
    start="$start -XX:CompileCommand=CompileThresholdScaling,sun.security.provider.SHA2::implCompress,0.01"
    start="$start -XX:Tier4InvocationThreshold=15000 -XX:Tier4MinInvocationThreshold=1800 -XX:Tier4CompileThreshold=45000"
    start="$start -XX:Tier4BackEdgeThreshold=120000 -XX:-UsePerfData"
    start="$start -XX:Tier3InvocationThreshold=500 -XX:Tier3MinInvocationThreshold=250 -XX:Tier3CompileThreshold=5000"
    base="$cache/jdk.jsa" classes="$cache/classes.jsa"
    timeout 60 "$here/runtime/bin/java" -Xshare:dump -XX:SharedArchiveFile="$base" >/dev/null 2>&1 || return 0
    share="-XX:SharedArchiveFile=$base" keep="-XX:ArchiveClassesAtExit=$classes"
    java "$1" "$2" >/dev/null 2>&1
    keep=
    [ ! -s "$classes" ] || share="$share:$classes"
}

failed=
status=0
any=false
# Seconds that a step may take: of a budget what is left, with some for the report.
allowed() {
    [ -n "$budget" ] || { echo "$limit" && return; }
    rest=$((budget - $(date +%s) + began - 20))
    echo $((rest < limit ? rest : limit))
}

# The report of what there is so far, and the archive: whoever ends this script loses only the step that runs.
tell() {
    java 60 report 2>>"$out/report.log" || true
    [ -z "$archive" ] || { tar -C "$(dirname -- "$out")" --exclude=cache -czf "$archive.part" "$(basename -- "$out")" &&
        mv "$archive.part" "$archive"; }
}

step() {
    seconds=$(allowed)
    if [ "$seconds" -lt 15 ]; then
        echo "== $1 left out: the budget of $budget s is spent" | tee -a "$out/machine.txt"
        failed="$failed $1"
        status=0
        return
    fi
    echo "== $1 (at most $seconds s)"
    [ "$1" != tensorrt-start ] || archive "$seconds" "$1"
    java "$seconds" "$1" 2>"$out/$1.log"
    status=$?
    start='' share=''
    case $status in
    0) echo "== $1 done" ;;
    3) echo "== $1 could not be run" ;;
    124 | 137) echo "== $1 ran out of time: what it had measured is in $1.json; --limit gives it more" ;;
    *)
        echo "== $1 missed a bar or failed (status $status); last lines of $out/$1.log:"
        tail -n 5 "$out/$1.log"
        ;;
    esac
    [ $status = 0 ] || failed="$failed $1"
    [ $status = 3 ] || any=true
    tell
}

nvidia-smi --query-gpu=memory.used --format=csv,noheader >"$out/memory-before.txt" 2>/dev/null
for name in $only; do
    if [ "$name" = peer ]; then
        if [ $peer = false ]; then continue; fi
        seconds=$(allowed)
        # The other side needs its share of a budget, too.
        [ -z "$budget" ] || seconds=$((seconds * 3 / 5))
        if [ -n "$python" ] && [ "$seconds" -ge 15 ]; then
            echo "== PyTorch (at most $seconds s)"
            code=0
            # shellcheck disable=SC2086 # several options
            java 60 networks 2>"$out/torch.log" && timeout -k 10 "$seconds" env LD_LIBRARY_PATH="$given" "$python" -B \
                "$here/peer.py" "$out/torch.json" "$out/networks.json" \
                "$([ $quick = true ] && echo --quick || echo --full)" ${DMS_PEER_OPTIONS:-} 2>>"$out/torch.log" || code=$?
            case $code in
            0) ;;
            124 | 137) echo "== PyTorch ran out of time: the rows above are in torch.json" ;;
            *) echo "== PyTorch ended with status $code: $(tail -n 1 "$out/torch.log")" ;;
            esac
        else
            echo "== no Python here, or no time for it, so no PyTorch to compare with"
        fi
    fi
    step "$name"
    if [ $status = 3 ] && [ $any = false ]; then
        echo "nothing can be run here: the line above says why" >&2
        clean
        exit 3
    fi
    if [ "$name" = correctness ] && [ $status != 0 ]; then
        echo "outputs missed their bars: the report says so above all figures"
    fi
done
nvidia-smi --query-gpu=memory.used --format=csv,noheader >"$out/memory-after.txt" 2>/dev/null

if [ $sanitizer = true ]; then
    tool=$(command -v compute-sanitizer || ls /usr/local/cuda/bin/compute-sanitizer 2>/dev/null || true)
    if [ -n "$tool" ]; then
        for check in memcheck racecheck initcheck; do
            seconds=$(allowed)
            if [ "$seconds" -lt 15 ]; then
                echo "$check: left out, the budget is spent" | tee -a "$out/sanitizer.txt"
                continue
            fi
            echo "== compute-sanitizer $check (at most $seconds s)"
            code=0
            # shellcheck disable=SC2086 # several options
            timeout -k 10 "$seconds" env XDG_CACHE_HOME="$cache" "$tool" --tool "$check" --target-processes all \
                --error-exitcode 9 --log-file "$out/$check.txt" "$here/runtime/bin/java" -XX:MaxRAMPercentage=50 \
                -Dorg.bytedeco.javacpp.maxBytes=0 -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 \
                -Dorg.bytedeco.javacpp.cachedir="$cache" -Ddms.field.quick=true -Ddms.field.out="$out/$check" \
                ${DMS_JAVA_OPTS:-} -cp "$here/lib/*" io.dms.fieldkit.Main correctness >"$out/$check.out" 2>&1 || code=$?
            [ $code = 0 ] || failed="$failed $check"
            # Without findings the program's own status is this one: a tool that refused the device has no findings, either.
            case $code in
            0) how="the program ran to its end" ;;
            9) how="findings, see $check.txt" ;;
            124 | 137) how="out of time, so this is no answer" ;;
            *) how="the program ended with status $code, so this is no answer, see $check.out" ;;
            esac
            said=$(tail -n 1 "$out/$check.txt" 2>/dev/null)
            echo "$check: $how: ${said:-it left no word}" | tee -a "$out/sanitizer.txt"
        done
    else
        echo "not found (it comes with the CUDA toolkit): skipped" >"$out/sanitizer.txt"
        echo "== compute-sanitizer $(cat "$out/sanitizer.txt")"
    fi
fi

tell
clean
echo "results: $out${archive:+, all in $archive}"
[ -z "$failed" ] || { echo "failed:$failed"; exit 1; }
