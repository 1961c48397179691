# shellcheck shell=sh disable=SC2034,SC2154
# Who is in the group dms may cap clocks and choose a power mode: by the files themselves where udev gives them to the
# group, and by the helper for all the rest. Reading needs no permission.
knows="4 5 6 7"
helper=/usr/local/libexec/dms/dms-actuate

step_permissions() {
    if grep -q '^dms:' "$root/etc/group" 2>/dev/null; then
        say "ok: group dms"
    else
        run_noted "group dms" groupadd --system dms
    fi
    if [ -z "$user" ] || [ "$user" = root ]; then
        say "nobody joins the group dms: give --user NAME"
    elif grep -q "^dms:[^:]*:[^:]*:\(.*,\)\{0,1\}$user\(,.*\)\{0,1\}$" "$root/etc/group" 2>/dev/null; then
        say "ok: $user is in the group dms"
    else
        run_noted "member $user" usermod -a -G dms "$user"
        say "$user has to log in anew"
    fi
    put "$helper" 755 <"$here/dms-actuate"
    put /etc/sudoers.d/dms 440 <"$here/files/sudoers"
    if noted "file /etc/udev/rules.d/70-dms.rules"; then
        put /etc/udev/rules.d/70-dms.rules 644 <"$here/files/70-dms.rules"
        return 0
    fi
    if [ "$dry" = false ] && can_run; then
        note "udev rules"
    fi
    put /etc/udev/rules.d/70-dms.rules 644 <"$here/files/70-dms.rules"
    reload_udev
    [ -z "$udev" ] || run udevadm trigger --action=add --subsystem-match=devfreq --subsystem-match=cpu
}

# A container may have no udev; the rules then wait for a system that has.
reload_udev() {
    udev=$(command -v udevadm || echo "${DMS_SETUP_RUN:-}")
    if [ -n "$udev" ]; then
        run udevadm control --reload
    else
        say "no udevadm here: the rules hold from the next start"
    fi
}

undo_group() {
    run groupdel "$1"
}

undo_member() {
    run gpasswd -d "$1" dms
}

# The rules file is gone by now; the files that it gave away go back to root.
undo_udev() {
    reload_udev
    for file in "$root"/sys/class/devfreq/*/min_freq "$root"/sys/class/devfreq/*/max_freq \
        "$root"/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_min_freq \
        "$root"/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_max_freq; do
        if [ -e "$file" ] && [ "$(stat -L -c %G "$file")" = dms ]; then
            run chgrp root "${file#"$root"}"
            run chmod g-w "${file#"$root"}"
        fi
    done
}
