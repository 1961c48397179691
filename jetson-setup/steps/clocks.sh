# shellcheck shell=sh disable=SC2034,SC2154
# Power mode and pinned clocks, so that benchmarks compare. Pinned clocks end with the next start of the board; a power
# mode stays until --undo or another choice.
knows="4 5 6 7"

# The number of a power mode that the board's configuration offers.
mode_id() {
    sed -n 's/^[[:space:]]*<[[:space:]]*POWER_MODEL[[:space:]]\{1,\}ID=\([0-9]\{1,\}\)[[:space:]]\{1,\}NAME=\([^[:space:]>]\{1,\}\).*/\1 \2/p' \
        "$root/etc/nvpmodel.conf" | awk -v m="$1" '$1 == m || toupper($2) == toupper(m) { print $1; exit }'
}

mode_names() {
    sed -n 's/^[[:space:]]*<[[:space:]]*POWER_MODEL[[:space:]]\{1,\}ID=\([0-9]\{1,\}\)[[:space:]]\{1,\}NAME=\([^[:space:]>]\{1,\}\).*/\2 (\1)/p' \
        "$root/etc/nvpmodel.conf" | paste -sd ' ' -
}

mode_now() {
    sed -n 's/^pmode:0*\([0-9]\{1,\}\).*/\1/p' "$root/var/lib/nvpmodel/status" 2>/dev/null | head -n 1
}

step_clocks() {
    if [ -n "$mode" ]; then
        [ -r "$root/etc/nvpmodel.conf" ] || fail "no /etc/nvpmodel.conf: this board has no power modes"
        id=$(mode_id "$mode")
        [ -n "$id" ] || fail "this board has no power mode $mode; it has $(mode_names)"
        now=$(mode_now)
        if [ "$now" = "$id" ]; then
            say "ok: power mode $mode"
        else
            [ -n "$now" ] || fail "the power mode of now is not known, so it could not be put back: set one with nvpmodel first"
            # A mode that needs a restart asks; there is nobody to answer, which means no.
            run_noted "mode $now" nvpmodel -m "$id" </dev/null
        fi
    fi
    store=/var/lib/dms/setup/clocks/jetson_clocks.store
    if noted "clocks $store"; then
        say "ok: clocks were pinned by this step"
    else
        [ "$dry" = true ] || ! can_run || open_state
        run jetson_clocks --store "$store"
        run_noted "clocks $store" jetson_clocks
    fi
}

undo_mode() {
    run nvpmodel -m "$1" </dev/null
}

undo_clocks() {
    run jetson_clocks --restore "$1"
}
