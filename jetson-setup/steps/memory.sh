# shellcheck shell=sh disable=SC2034,SC2154
# Swap: building engines and compiling models need far more memory than running them.
knows="4 5 6 7"
swapfile=/var/dms.swap

kib() {
    sed -n "s/^$1: *\([0-9]*\) kB\$/\1/p" "$root/proc/meminfo" 2>/dev/null || true
}

gib() {
    awk -v k="$1" 'BEGIN { printf "%.1f GiB", k / 1048576 }'
}

step_memory() {
    total=$(kib MemTotal)
    swapped=$(kib SwapTotal)
    if [ -z "$total" ] || [ -z "$swapped" ]; then
        say "can't tell how much memory there is: /proc/meminfo is not there"
    else
        zram=$(sed -n '/^\/dev\/zram/p' "$root/proc/swaps" 2>/dev/null | awk '{ n += $3 } END { print n + 0 }')
        say "memory $(gib "$total"), swap $(gib "$swapped"), of which compressed in memory (zram) $(gib "$zram")"
        if [ $((total + swapped - zram)) -lt $((12 * 1024 * 1024)) ]; then
            say "advice: building needs 12 GiB of memory and swap on disk together: setup --swap 8G memory"
        else
            say "ok: enough for building"
        fi
        if [ "$zram" -gt 0 ]; then
            say "advice: while you benchmark a model that fills the memory: sudo systemctl stop nvzramconfig"
        fi
    fi
    [ -n "$swap" ] || return 0
    if noted "swap $swapfile" || [ -e "$root$swapfile" ]; then
        say "ok: $swapfile is there"
    else
        room=$(df -Pk "$root/" | awk 'NR == 2 { print $4 }')
        case $swap in
        *G) wanted=$((${swap%G} * 1024 * 1024)) ;;
        *) wanted=$((${swap%M} * 1024)) ;;
        esac
        [ "$room" -gt $((wanted + 1024 * 1024)) ] ||
            fail "no room for $swap of swap: $(gib "$room") free, 1 GiB should stay free"
        run_noted "swap $swapfile" fallocate -l "$swap" "$swapfile"
        run chmod 600 "$swapfile"
        run mkswap "$swapfile"
        run swapon "$swapfile"
    fi
    if grep -q "^$swapfile " "$root/etc/fstab" 2>/dev/null; then
        say "ok: /etc/fstab"
    else
        {
            if [ -f "$root/etc/fstab" ]; then cat "$root/etc/fstab"; fi
            echo "$swapfile none swap sw 0 0"
        } | put /etc/fstab 644
    fi
}

undo_swap() {
    run swapoff "$1" || say "$1 was not in use"
    run rm -f "$1"
    if grep -q "^$1 " "$root/etc/fstab" 2>/dev/null; then
        # Somebody changed other lines since, so the file was left alone; this line has to go all the same.
        say "remove the line of $1: /etc/fstab"
        [ "$dry" = true ] || sed -i "\\|^$1 |d" "$root/etc/fstab"
    fi
}
