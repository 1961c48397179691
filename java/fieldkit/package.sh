#!/bin/sh
# Puts the field kit together: a cut-down Java runtime, the jars, run.sh. Called by the profile field-kit.
#   package.sh TARGET JAR VERSION PLATFORM
# JAVA_RUNTIME names a JDK of the platform, where that is not this machine's.
set -eu
target=$1 jar=$2 version=$3 platform=$4
here=$(dirname -- "$(readlink -f -- "$0")")
kit="$target/kit"
cp "$target/$jar" "$kit/lib/"
# The native bridge, which no dependency names, since a build without CUDA has none.
bridge=$(find "$here/../backend-cudnn/target" -maxdepth 1 -name "dms-backend-cudnn-*-$platform-*.jar" -print 2>/dev/null | head -n 1)
[ -n "$bridge" ] || {
    echo "field kit: no native bridge for $platform: build it here with a CUDA toolkit, nvcc and CMake (native/build cuda)" >&2
    exit 3
}
rm -f "$kit"/lib/dms-backend-cudnn-*-"$platform"-*.jar
cp "$bridge" "$kit/lib/"
# Of test libraries only what the programs need.
rm -f "$kit"/lib/junit-* "$kit"/lib/assertj-* "$kit"/lib/byte-buddy-* "$kit"/lib/opentest4j-* "$kit"/lib/apiguardian-*
# Natives uncompressed in their jars: xz makes half of what deflate leaves.
for packed in "$kit"/lib/*-linux-*.jar; do
    rm -rf "$target/unpacked" && mkdir "$target/unpacked"
    (cd "$target/unpacked" && jar --extract --file "$packed" && jar --create --no-compress --file "$packed" .)
done
rm -rf "$target/unpacked"
cp "$here"/src/main/kit/* "$kit/"
chmod +x "$kit/run.sh"
jdk=${JAVA_RUNTIME:-${JAVA_HOME:-$(dirname -- "$(dirname -- "$(readlink -f -- "$(command -v javac)")")")}}
[ -d "$jdk/jmods" ] || {
    echo "field kit: $jdk has no jmods: install a whole JDK (openjdk-17-jdk-headless), or name one in JAVA_RUNTIME" >&2
    exit 3
}
rm -rf "$kit/runtime"
jlink --module-path "$jdk/jmods" --add-modules java.base,java.logging,java.management,jdk.management,java.xml,jdk.unsupported \
    --strip-debug --no-man-pages --no-header-files --output "$kit/runtime"
out="$target/field-kit-$version-$platform.tar.xz"
tar -C "$target" --transform "s,^kit,field-kit-$version-$platform," -cf - kit | xz -6 -T0 >"$out"
size=$(wc -c <"$out")
echo "field kit: $out, $((size / 1048576)) MiB"
[ "$size" -le 57671680 ] || {
    echo "field kit: larger than 55 MiB" >&2
    exit 1
}
