#!/bin/sh
# Usage: check-symbols.sh LIBRARY GLIBC [READELF]
# Lists what a bridge exports and which versions of the C and C++ libraries it wants; fails where it wants more than
# GLIBC (as 2.27), exports something else than the header has, or links more than it may.
set -eu

[ $# -ge 2 ] || {
    echo "usage: check-symbols.sh LIBRARY GLIBC [READELF]" >&2
    exit 2
}
library=$1
limit=$2
readelf=${3:-readelf}
header=$(dirname -- "$0")/../native/include/dms_bridge.h

bad() {
    echo "check-symbols: $library $1" >&2
    exit 1
}

newest() {
    "$readelf" -W -V "$library" | grep -o "$1_[0-9][0-9.]*" | sed "s/^$1_//" | sort -t . -k 1,1n -k 2,2n -k 3,3n | tail -n 1
}

exported=$("$readelf" -W --dyn-syms "$library" | awk '$7 != "UND" && $5 == "GLOBAL" { print $8 }' | sort)
wanted=$(grep -o 'dms_[a-z_]*(' "$header" | tr -d '(' | sort -u)
for name in $wanted; do
    if grep -q "^DMS_API.*[ *]$name(" "$header"; then
        printf '%s\n' "$exported" | grep -qx "$name" || bad "lacks $name"
    fi
done
for name in $exported; do
    case $name in
    Java_io_dms_* | JNI_OnLoad | JNI_OnUnload) ;;
    *) grep -q "^DMS_API.*[ *]$name(" "$header" || bad "exports $name, which the header has not" ;;
    esac
done
glibc=$(newest GLIBC)
cxx=$(newest GLIBCXX)
needed=$("$readelf" -W -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | tr '\n' ' ')
highest=$(printf '%s\n%s\n' "${glibc:-0}" "$limit" | sort -t . -k 1,1n -k 2,2n | tail -n 1)
[ "$highest" = "$limit" ] || bad "wants GLIBC $glibc, and $limit is the limit"
for one in $needed; do
    case $one in
    libc.so.6 | libm.so.6 | libstdc++.so.6 | libgcc_s.so.1 | libpthread.so.0 | libdl.so.2 | librt.so.1 | ld-linux* | \
        libcudart.so.*) ;;
    *) bad "links $one" ;;
    esac
done
echo "$(printf '%s\n' "$exported" | grep -c '^dms_') functions, $(printf '%s\n' "$exported" | grep -c '^Java_') of them for Java, GLIBC ${glibc:-none}, GLIBCXX ${cxx:-none}, links $needed"
