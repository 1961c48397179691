#!/bin/sh
# Tests of setup and dms-actuate against fake roots. Needs no rights and changes nothing outside a temporary folder; runs
# on any Linux, so also in an emulated userland (arm64.sh). One line for each test: "ok NAME" or "not ok NAME: why".
# shellcheck disable=SC2317,SC2016,SC2028 # functions are called by name; programs are written line by line
set -u

here=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# A test is a function; it fails where an expectation in it does.
check() {
    rm -rf "$work/board"
    board="$work/board"
    mkdir "$board"
    if why=$("$1" 2>&1); then
        echo "ok $1"
    else
        echo "not ok $1: $(printf '%s' "$why" | tail -n 4 | tr '\n' '|')"
        failed=1
    fi
}

die() {
    echo "$1"
    exit 1
}

expect() {
    "$@" || die "expected: $*"
}

refused() {
    status=$1
    shift
    "$@" >"$work/out" 2>"$work/err"
    got=$?
    [ "$got" = "$status" ] || die "status $got, expected $status: $*"
    [ "$(wc -l <"$work/err")" = 1 ] || die "one line expected, got: $(cat "$work/err")"
}

says() {
    grep -qF -- "$1" "$work/out" "$work/err" || die "expected to read: $1, got: $(cat "$work/out" "$work/err")"
}

setup() {
    "$here/setup" --root "$board" "$@" >"$work/out" 2>"$work/err" || die "setup $*: $(cat "$work/err")"
}

# Every file and folder with its rights, links and content.
print_of() {
    (cd "$1" && find . -printf '%y %m %p %l\n' | sort && find . -type f -exec cksum {} + | sort -k 3)
}

unchanged_since() {
    print_of "$board" >"$work/now"
    cmp -s "$1" "$work/now" || die "changed: $(diff "$1" "$work/now" | head -n 5)"
}

put() {
    mkdir -p "$(dirname -- "$board$1")"
    cat >"$board$1"
}

# A board of the given L4T release, with a program in the place of all system commands that writes down its calls.
a_board() {
    echo "# R$1 (release), REVISION: 4.0, GCID: 1, BOARD: generic, EABI: aarch64" | put /etc/nv_tegra_release
    printf 'root:x:0:\nsudo:x:27:ana\n' | put /etc/group
    printf '/dev/root / ext4 defaults 0 1\n' | put /etc/fstab
    printf 'MemTotal:        7800000 kB\nSwapTotal:       3900000 kB\n' | put /proc/meminfo
    printf 'Filename Type Size Used Priority\n/dev/zram0 partition 3900000 0 5\n' | put /proc/swaps
    {
        echo '< PARAM TYPE=FILE NAME=CPU_ONLINE >'
        echo '< POWER_MODEL ID=0 NAME=15W >'
        echo 'CPU_ONLINE CORE_0 1'
        echo '< POWER_MODEL ID=2 NAME=MAXN_SUPER >'
        echo '< PM_CONFIG DEFAULT=0 >'
    } | put /etc/nvpmodel.conf
    echo 'pmode:0000' | put /var/lib/nvpmodel/status
    : | put /opt/dms/dms
    chmod 755 "$board/opt/dms/dms"
    gpu=$board/sys/devices/17000000.gpu/devfreq/17000000.gpu
    mkdir -p "$gpu/device/of_node" "$board/sys/class/devfreq" "$board/usr/sbin"
    ln -s ../../devices/17000000.gpu/devfreq/17000000.gpu "$board/sys/class/devfreq/17000000.gpu"
    printf 'ga10b\0' >"$gpu/device/of_node/name"
    echo '306000000 408000000 510000000 612000000' >"$gpu/available_frequencies"
    echo 306000000 >"$gpu/min_freq"
    echo 612000000 >"$gpu/max_freq"
    for cpu in cpu0 cpu4; do
        echo '115200 729600 1510400 ' | put "/sys/devices/system/cpu/$cpu/cpufreq/scaling_available_frequencies"
        echo 115200 | put "/sys/devices/system/cpu/$cpu/cpufreq/scaling_min_freq"
        echo 1510400 | put "/sys/devices/system/cpu/$cpu/cpufreq/scaling_max_freq"
    done
    {
        echo '#!/bin/sh'
        echo "[ \"\$1\" = -m ] && printf 'pmode:%04d\\n' \"\$2\" >'$board/var/lib/nvpmodel/status'"
    } | put /usr/sbin/nvpmodel
    chmod 755 "$board/usr/sbin/nvpmodel"
    {
        echo '#!/bin/sh'
        echo "echo \"\$*\" >>'$work/calls'"
        echo 'case "$1" in'
        echo "groupadd) echo 'dms:x:990:' >>'$board/etc/group' ;;"
        echo "usermod) sed -i 's/^dms:x:990:.*/dms:x:990:ana/' '$board/etc/group' ;;"
        echo "gpasswd) sed -i 's/^dms:x:990:.*/dms:x:990:/' '$board/etc/group' ;;"
        echo "groupdel) sed -i '/^dms:/d' '$board/etc/group' ;;"
        echo "nvpmodel) '$board/usr/sbin/nvpmodel' \"\$2\" \"\$3\" ;;"
        echo "jetson_clocks) [ \"\$2\" != --store ] || : >'$board'\"\$3\" ;;"
        echo "fallocate) : >'$board'\"\$4\" ;;"
        echo "rm) rm -f '$board'\"\$3\" ;;"
        echo 'esac'
    } >"$work/runner"
    chmod 755 "$work/runner"
    : >"$work/calls"
    print_of "$board" >"$work/fresh"
}

with_commands() {
    DMS_SETUP_RUN="$work/runner"
    export DMS_SETUP_RUN
}

every_step() {
    setup --user ana --dms /opt/dms/dms --swap 4G --mode MAXN_SUPER "$@" jdk permissions memory clocks service
}

a_dry_run_changes_nothing() {
    a_board 36
    with_commands
    every_step --dry-run
    says "would run: apt-get install -y --no-install-recommends openjdk-17-jdk-headless"
    says "would write: /etc/sudoers.d/dms"
    says "%dms ALL=(root) NOPASSWD: /usr/local/libexec/dms/dms-actuate"
    says "lines more"
    expect test "$(wc -l <"$work/out")" -lt 70
    says "would run: nvpmodel -m 2"
    says "would run: systemctl enable dms-monitor.service"
    unchanged_since "$work/fresh"
    expect test ! -s "$work/calls"
}

a_dry_undo_changes_nothing() {
    a_board 36
    with_commands
    every_step
    print_of "$board" >"$work/done"
    : >"$work/calls"
    every_step --undo --dry-run
    says "would remove"
    unchanged_since "$work/done"
    expect test ! -s "$work/calls"
}

twice_is_once() {
    a_board 36
    with_commands
    setup --user ana --dms /opt/dms/dms --swap 4G --mode MAXN_SUPER permissions memory clocks service
    expect test -s "$work/calls"
    print_of "$board" >"$work/once"
    : >"$work/calls"
    setup --user ana --dms /opt/dms/dms --swap 4G --mode MAXN_SUPER permissions memory clocks service
    unchanged_since "$work/once"
    expect test ! -s "$work/calls"
}

undo_restores_byte_for_byte() {
    a_board 36
    mkdir -p "$board/etc/sudoers.d"
    echo 'the owner wrote this' | put /etc/sudoers.d/dms
    chmod 600 "$board/etc/sudoers.d/dms"
    print_of "$board" >"$work/fresh"
    with_commands
    every_step
    expect grep -q dms-actuate "$board/etc/sudoers.d/dms"
    expect test "$(stat -c %a "$board/etc/sudoers.d/dms")" = 440
    expect test "$(stat -c %a "$board/usr/local/libexec/dms/dms-actuate")" = 755
    expect grep -q '^ExecStart=/opt/dms/dms monitor' "$board/etc/systemd/system/dms-monitor.service"
    expect grep -q '^/var/dms.swap none swap' "$board/etc/fstab"
    every_step --undo
    unchanged_since "$work/fresh"
    for call in "apt-get remove -y openjdk-17-jdk-headless" "nvpmodel -m 0" "groupdel dms" "swapoff /var/dms.swap" \
        "systemctl disable --now dms-monitor.service" "jetson_clocks --restore"; do
        expect grep -q -- "^$call" "$work/calls"
    done
}

undo_without_a_step_does_nothing() {
    a_board 36
    every_step --undo
    says "nothing to undo"
    unchanged_since "$work/fresh"
}

files_that_somebody_changed_are_left_alone() {
    a_board 35
    setup --user ana permissions
    echo '# mine' >>"$board/etc/udev/rules.d/70-dms.rules"
    setup --user ana permissions
    says "left alone, changed since: /etc/udev/rules.d/70-dms.rules"
    setup --undo permissions
    expect grep -q '^# mine' "$board/etc/udev/rules.d/70-dms.rules"
    expect test ! -e "$board/etc/sudoers.d/dms"
}

another_line_in_fstab_survives_undo() {
    a_board 35
    with_commands
    setup --swap 4G memory
    echo 'tmpfs /scratch tmpfs defaults 0 0' >>"$board/etc/fstab"
    setup --undo memory
    expect grep -q /scratch "$board/etc/fstab"
    expect test "$(grep -c dms.swap "$board/etc/fstab")" = 0
}

an_image_that_does_not_run_has_no_memory_to_tell() {
    a_board 36
    rm -r "$board/proc"
    setup memory
    says "can't tell how much memory there is"
}

without_commands_only_files_change() {
    a_board 36
    every_step
    says "not run below --root: systemctl daemon-reload"
    every_step --undo
    unchanged_since "$work/fresh"
}

every_generation_is_known_and_others_are_refused() {
    for release in 32 34 35 36 38 39; do
        rm -rf "$board"
        a_board "$release"
        every_step --dry-run
    done
    a_board 40
    refused 3 "$here/setup" --root "$board" --dry-run all
    says "unknown L4T release 40"
    rm "$board/etc/nv_tegra_release"
    refused 3 "$here/setup" --root "$board" --dry-run all
    says "no Jetson"
}

a_jdk_and_a_maven_that_are_there_are_enough() {
    a_board 36
    : | put /usr/bin/mvn
    chmod 755 "$board/usr/bin/mvn"
    echo 'JAVA_VERSION="21.0.4"' | put /usr/lib/jvm/temurin-21/release
    : | put /usr/lib/jvm/temurin-21/bin/javac
    chmod 755 "$board/usr/lib/jvm/temurin-21/bin/javac"
    with_commands
    setup jdk
    says "ok: /usr/lib/jvm/temurin-21"
    expect test ! -s "$work/calls"
}

maven_comes_with_the_jdk_where_it_is_new_enough() {
    a_board 36
    with_commands
    setup jdk
    expect grep -q '^apt-get install -y --no-install-recommends maven$' "$work/calls"
    setup --undo jdk
    expect grep -q '^apt-get remove -y maven$' "$work/calls"
    rm -rf "$board"
    a_board 32
    setup jdk
    says "advice: DMS needs Maven 3.6.3 or newer, Ubuntu 18.04 has 3.6.0"
    expect test "$(grep -c maven "$work/calls")" = 0
    : | put /usr/local/bin/mvn
    chmod 755 "$board/usr/local/bin/mvn"
    setup jdk
    expect test "$(grep -c Maven "$work/out")" = 0
}

jetpack_6_0_is_told_that_it_has_no_gpu_backend() {
    a_board 36
    sed -i 's/REVISION: 4.0/REVISION: 3.0/' "$board/etc/nv_tegra_release"
    setup --dry-run memory
    says "upgrade to JetPack 6.1 or newer; backend cpu works"
    rm -rf "$board"
    a_board 36
    setup --dry-run memory
    expect test "$(grep -c 'JetPack 6.1' "$work/out")" = 0
}

an_old_jdk_is_not_enough() {
    a_board 36
    echo 'JAVA_VERSION="11.0.4"' | put /usr/lib/jvm/java-11/release
    : | put /usr/lib/jvm/java-11/bin/javac
    chmod 755 "$board/usr/lib/jvm/java-11/bin/javac"
    setup --dry-run jdk
    says "openjdk-17-jdk-headless"
}

the_native_bridge_is_built_on_the_board_itself() {
    a_board 36
    setup --dry-run --user ana native
    says "apt-get install -y --no-install-recommends cmake"
    says "sudo -u ana -H $(dirname -- "$here")/native/build --architectures device cuda"
    print_of "$board" >"$work/before"
    refused 3 "$here/setup" --root "$board" native
    says "run this step on the board"
    unchanged_since "$work/before"
}

wrong_use_is_one_line() {
    a_board 36
    for arguments in "" "--frob" "fly" "--root" "--mode -x clocks" "--swap 4 memory" "--swap G memory" \
        "--swap -4G memory" "--user a;b permissions" "--dms relative service" "--root /none jdk"; do
        # shellcheck disable=SC2086 # several arguments
        refused 2 "$here/setup" $arguments
    done
    refused 3 "$here/setup" --root "$board" --mode MAXQ clocks
    says "15W (0) MAXN_SUPER (2)"
    refused 3 "$here/setup" --root "$board" --dms /nowhere/dms service
    says "/nowhere/dms"
}

a_launcher_that_others_can_not_reach_is_refused() {
    a_board 36
    : | put /home/ana/dms/dms
    chmod 755 "$board/home/ana/dms/dms" "$board/home" "$board/home/ana/dms"
    chmod 750 "$board/home/ana"
    refused 3 "$here/setup" --root "$board" --dms /home/ana/dms/dms service
    says "can't enter /home/ana"
}

# ---- the helper ----

# A copy of the helper that takes the fake board for the machine: its root is a line of the program, never an argument.
helper_here() {
    a_board 36
    sed "s|^ROOT=\$|ROOT=$board|" "$here/dms-actuate" >"$work/dms-actuate"
    chmod 755 "$work/dms-actuate"
    gpu=$board/sys/class/devfreq/17000000.gpu
    cpu4=$board/sys/devices/system/cpu/cpu4/cpufreq
    helper="$work/dms-actuate"
}

the_helper_sets_only_what_the_board_offers() {
    helper_here
    expect "$helper" set gpu.max 510000000
    expect test "$(cat "$gpu/max_freq")" = 510000000
    expect "$helper" set cpu4.max 729600
    expect test "$(cat "$cpu4/scaling_max_freq")" = 729600
    expect test "$(cat "$board/sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq")" = 1510400
    expect "$helper" set power-mode 2
    expect grep -q pmode:0002 "$board/var/lib/nvpmodel/status"
    for bad in "gpu.max 510000001" "gpu.max 0" "cpu4.max 999" "power-mode 1" "power-mode 7"; do
        # shellcheck disable=SC2086 # setting and value
        refused 2 "$helper" set $bad
        says "this board offers"
    done
    expect test "$(cat "$gpu/max_freq")" = 510000000
}

the_helper_tells_what_it_offers() {
    helper_here
    expect test "$("$helper" offers gpu.max)" = "306000000 408000000 510000000 612000000"
    expect test "$("$helper" offers cpu0.min)" = "115200 729600 1510400"
    expect test "$("$helper" offers power-mode)" = "0 2"
    expect test "$("$helper" get power-mode)" = 0
    expect test "$("$helper" get gpu.min)" = 306000000
}

the_helper_trusts_no_argument() {
    helper_here
    print_of "$board" >"$work/fresh"
    for setting in ../etc/passwd gpu.max/../../x cpu0 cpu.max cpu123.max cpuX.max gpu.cur gpu 'gpu.max;id' '*' '$(id)' ''; do
        refused 2 "$helper" set "$setting" 510000000
    done
    for value in -1 1e9 0x10 '510000000 612000000' '510000000;id' '*' '' 5100000005100000000 '$(id)'; do
        refused 2 "$helper" set gpu.max "$value"
    done
    refused 2 "$helper"
    refused 2 "$helper" set gpu.max
    refused 2 "$helper" set gpu.max 510000000 x
    refused 2 "$helper" write /etc/passwd x
    refused 3 "$helper" set cpu9.max 729600
    unchanged_since "$work/fresh"
}

the_helper_puts_back_what_was() {
    helper_here
    print_of "$board" >"$work/fresh"
    "$helper" set gpu.min 510000000
    "$helper" set gpu.min 408000000
    "$helper" set gpu.max 510000000
    "$helper" set cpu0.max 115200
    "$helper" set power-mode 2
    expect "$helper" restore
    expect test ! -e "$board/run/dms/before"
    rmdir "$board/run/dms" "$board/run"
    unchanged_since "$work/fresh"
    expect "$helper" restore
}

clocks_that_were_set_after_the_mode_go_back_with_it() {
    helper_here
    {
        echo '#!/bin/sh'
        echo "printf 'pmode:%04d\\n' \"\$2\" >'$board/var/lib/nvpmodel/status'"
        echo "echo \"\$((612000000 - \$2 * 51000000))\" >'$gpu/max_freq'"
    } | put /usr/sbin/nvpmodel
    "$helper" set power-mode 2
    expect test "$(cat "$gpu/max_freq")" = 510000000
    "$helper" set gpu.max 408000000
    expect "$helper" restore
    expect test "$(cat "$gpu/max_freq")" = 612000000
}

the_helper_takes_back_a_value_that_no_table_has() {
    helper_here
    echo 611999999 >"$gpu/max_freq"
    "$helper" set gpu.max 408000000
    expect "$helper" set gpu.max 611999999
}

the_helper_says_what_a_board_lacks() {
    helper_here
    rm -r "$board/sys/class/devfreq/17000000.gpu" "$board/etc/nvpmodel.conf"
    refused 3 "$helper" set gpu.max 510000000
    refused 3 "$helper" set power-mode 0
}

# shellcheck disable=SC2013 # names have no blanks
for name in $(sed -n 's/^\([a-z_0-9]*\)() {$/\1/p' "$0"); do
    case $name in
    check | die | expect | refused | says | setup | print_of | unchanged_since | put | a_board | with_commands | every_step | helper_here) ;;
    *) [ "${1:-$name}" != "$name" ] || check "$name" ;;
    esac
done
exit "$failed"
