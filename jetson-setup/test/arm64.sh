#!/bin/sh
# Runs the set-up in an arm64 userland under emulation: all of run.sh, then the steps for real, with --undo. Takes some
# minutes, 0.5 GB of disk and the network (Debian's mirror); changes nothing outside its folder. Needs root for debootstrap:
#
#   sudo apt install debootstrap qemu-user-static binfmt-support
#   sudo jetson-setup/test/arm64.sh [--jdk] [FOLDER]
#
# FOLDER keeps the userland for the next time; --jdk also installs the JDK there and runs it. The kernel stays this
# machine's own: what udev, systemd and nvpmodel do is not tested here.
# shellcheck disable=SC2016 # expands in the inner shell
set -eu

here=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
jdk=false
if [ "${1:-}" = --jdk ]; then
    jdk=true
    shift
fi
folder=${1:-$(mktemp -d)}
if ! command -v debootstrap >/dev/null || [ ! -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ]; then
    echo "arm64.sh: no debootstrap, or arm64 programs don't run here: sudo apt install debootstrap qemu-user-static binfmt-support" >&2
    exit 3
fi

emulated() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        unshare --mount --pid --fork sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$folder/root" "$@"
}

if [ ! -f "$folder/ready" ]; then
    debootstrap --arch=arm64 --foreign --variant=minbase bookworm "$folder/root"
    emulated /debootstrap/debootstrap --second-stage
    touch "$folder/ready"
fi
rm -rf "$folder/root/jetson-setup"
cp -r "$here" "$folder/root/jetson-setup"
cp /etc/resolv.conf "$folder/root/etc/resolv.conf"
echo "userland: $(emulated /bin/uname -m), $(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' "$folder/root/etc/os-release")"

emulated /bin/sh /jetson-setup/test/run.sh

echo "# R36 (release), REVISION: 4.0, GCID: 1, BOARD: generic, EABI: aarch64" >"$folder/root/etc/nv_tegra_release"
state_of() {
    (cd "$folder/root" && find etc usr/local var/lib/dms -type f ! -name '*-' -exec cksum {} + 2>/dev/null | sort -k 3)
}
emulated /usr/sbin/useradd ana 2>/dev/null || true
state_of >"$folder/before"
emulated /jetson-setup/setup --user ana permissions memory
emulated /usr/bin/id ana | grep -q dms || {
    echo "not ok real_steps: ana is not in the group dms"
    exit 1
}
state_of >"$folder/once"
emulated /jetson-setup/setup --user ana permissions memory
state_of | cmp - "$folder/once"
emulated /jetson-setup/setup --undo permissions memory
state_of | cmp - "$folder/before"
echo "ok real_steps"

if [ "$jdk" = true ]; then
    emulated /jetson-setup/setup jdk
    emulated /jetson-setup/setup jdk | grep 'ok:'
    emulated /usr/bin/java -version
    echo "ok real_jdk"
fi
