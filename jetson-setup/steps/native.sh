# shellcheck shell=sh disable=SC2034,SC2154
# The native bridge: built with the board's own toolkit, by the user whose source tree this is, and installed where every
# DMS finds it.
knows="4 5 6 7"
library=/usr/local/lib/dms/libdms_bridge.so

step_native() {
    if [ -n "$root" ] && [ "$dry" = false ]; then
        fail "the native bridge is built with the board's own toolkit: run this step on the board, not below --root"
    fi
    missing=
    [ -x "$root/usr/bin/cmake" ] || missing="$missing cmake"
    [ -x "$root/usr/bin/g++" ] || missing="$missing g++"
    [ -z "$missing" ] || run apt-get update
    for package in $missing; do
        run_noted "package $package" apt-get install -y --no-install-recommends "$package"
    done
    tree=$(dirname -- "$here")
    if [ -n "$user" ] && [ "$user" != root ]; then
        run sudo -u "$user" -H "$tree/native/build" --architectures device cuda
    else
        run "$tree/native/build" --architectures device cuda
    fi
    [ "$dry" = false ] || return 0
    # The newest one, where there are several flavours.
    built=$(find "$tree/java/backend-cudnn/target/bridge" -path '*-cu*' -name libdms_bridge.so -printf '%T@ %p\n' |
        sort -n | tail -n 1 | cut -d ' ' -f 2-)
    put "$library" 755 <"$built"
}

undo_package() {
    run apt-get remove -y "$1"
}
