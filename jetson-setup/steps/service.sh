# shellcheck shell=sh disable=SC2034,SC2154
# "dms monitor --serve" as a service: the board's readings for Prometheus, on this machine's own address only.
knows="4 5 6 7"

# The first folder on the way to the launcher that other users can't enter, or nothing.
closed_folder() {
    folder=$(dirname -- "$1")
    while [ "$folder" != / ] && [ "$folder" != . ]; do
        case $(stat -c %A "$root$folder" 2>/dev/null) in
        *x | *t | '') ;;
        *) echo "$folder" ;;
        esac
        folder=$(dirname -- "$folder")
    done | tail -n 1
}

step_service() {
    if [ ! -x "$root$dms" ]; then
        fail "no launcher at $dms: give its path on the board with --dms"
    fi
    closed=$(closed_folder "$dms")
    [ -z "$closed" ] || fail "other users can't enter $closed: put DMS below /opt, or chmod o+x $closed"
    if [ ! -f "$root$(dirname -- "$dms")/.dms/built" ]; then
        say "DMS is not built yet: run $dms doctor once, as its owner, before the service starts"
    fi
    before=$(cat "$root/etc/systemd/system/dms-monitor.service" 2>/dev/null || true)
    sed "s|@DMS@|$dms|" "$here/files/dms-monitor.service" | put /etc/systemd/system/dms-monitor.service 644
    if noted "unit dms-monitor.service" && [ "$before" = "$(cat "$root/etc/systemd/system/dms-monitor.service")" ]; then
        say "ok: dms-monitor.service is enabled"
    else
        run systemctl daemon-reload
        run_noted "unit dms-monitor.service" systemctl enable dms-monitor.service
        run systemctl restart dms-monitor.service
    fi
}

undo_unit() {
    run systemctl disable --now "$1"
}
