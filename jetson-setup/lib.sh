# shellcheck shell=sh
# What the steps share: the journal, from which --undo works, and files that are put in place.
#
# Every step keeps a folder /var/lib/dms/setup/STEP on the board:
#   journal   one line for each change, in the order they were made: KIND ARGUMENT
#   before/   files as they were before DMS put its own in their place
#   after/    files as DMS put them, by which --undo sees whether somebody changed them since
#
# The caller sets: root dry undo user mode swap dms here step jetpack.
# shellcheck disable=SC2154

say() {
    printf '%-12s %s\n' "${step:-setup}" "$1"
}

fail() {
    printf 'setup: %s\n' "$1" >&2
    exit 3
}

wrong() {
    printf 'setup: %s; see "setup --help"\n' "$1" >&2
    exit 2
}

# Values that reach commands and files are plain words.
check_words() {
    case $user in *[!A-Za-z0-9._-]* | -*) wrong "--user is no user name: $user" ;; esac
    case $mode in *[!A-Za-z0-9._-]* | -*) wrong "--mode is no power mode: $mode" ;; esac
    case $swap in
    '') ;;
    *[!0-9]*[MG] | [!0-9]* | *[!MG]) wrong "--swap is no size, write 4G or 512M: $swap" ;;
    esac
    case $dms in
    /*[!A-Za-z0-9._/@+-]*) wrong "--dms has characters that a unit file can't hold: $dms" ;;
    /*) ;;
    *) wrong "--dms must begin with /: $dms" ;;
    esac
}

# The generation of JetPack by the release of Linux for Tegra.
jetpack_generation() {
    release="$root/etc/nv_tegra_release"
    if [ ! -r "$release" ]; then
        echo "setup: this is no Jetson: $release is not there" >&2
        return 1
    fi
    major=$(sed -n '1s/^# R\([0-9][0-9]*\) .*/\1/p' "$release")
    case $major in
    32) echo 4 ;;
    34 | 35) echo 5 ;;
    36) echo 6 ;;
    38 | 39) echo 7 ;;
    *)
        echo "setup: unknown L4T release ${major:-(none)} in $release: known are 32 (JetPack 4), 34 35 (5), 36 (6), 38 39 (7)" >&2
        return 1
        ;;
    esac
}

# JetPack 6.0 lies between two generations of NVIDIA's libraries.
jetpack_advice() {
    case $(sed -n 1p "$root/etc/nv_tegra_release") in
    "# R36 (release), REVISION: "[0-3].*)
        say "advice: JetPack 6.0 has cuDNN 8.9 and TensorRT 8.6, which no build of DMS is for: upgrade to JetPack 6.1 or newer; backend cpu works"
        ;;
    esac
}

knows_this_jetpack() {
    case " $knows " in
    *" $jetpack "*) ;;
    *) fail "step $step knows JetPack $knows, this board has $jetpack" ;;
    esac
}

state() {
    echo "$root/var/lib/dms/setup/$step"
}

# Makes a folder and the missing ones above it; each that is made goes to the list in $2.
make_folder() {
    [ ! -d "$1" ] || return 0
    make_folder "$(dirname -- "$1")" "$2"
    mkdir -m 755 "$1"
    made="$made$1
"
}

open_state() {
    [ ! -d "$(state)" ] || return 0
    made=
    make_folder "$(state)" made
    chmod 700 "$(state)"
    if [ ! -f "$root/var/lib/dms/setup/made" ]; then
        printf '%s' "$made" >"$root/var/lib/dms/setup/made"
    fi
    : >"$(state)/journal"
}

# Notes a change before it is made.
note() {
    open_state
    printf '%s\n' "$1" >>"$(state)/journal"
}

noted() {
    [ -f "$(state)/journal" ] && grep -qxF -- "$1" "$(state)/journal"
}

# Whether commands reach a system: not where only its files are at hand.
can_run() {
    [ -z "$root" ] || [ -n "${DMS_SETUP_RUN:-}" ]
}

# A command that changes the system.
run() {
    if [ "$dry" = true ]; then
        say "would run: $*"
    elif [ -n "${DMS_SETUP_RUN:-}" ]; then
        say "run: $*"
        # shellcheck disable=SC2086 # a program and its arguments
        $DMS_SETUP_RUN "$@"
    elif [ -n "$root" ]; then
        say "not run below --root: $*"
    else
        say "run: $*"
        "$@"
    fi
}

# Like run, and --undo knows of it: run_noted "KIND ARGUMENT" COMMAND...
run_noted() {
    if [ "$dry" = false ] && can_run && ! noted "$1"; then
        note "$1"
    fi
    shift
    run "$@"
}

# Puts standard input into a file: put PATH MODE
put() {
    new=$(mktemp)
    cat >"$new"
    target="$root$1"
    if [ -f "$target" ] && cmp -s "$new" "$target" && [ "$(stat -c %a "$target")" = "$2" ]; then
        say "ok: $1"
    elif [ -f "$target" ] && noted "file $1" && ! cmp -s "$target" "$(state)/after$1"; then
        say "left alone, changed since: $1 (remove it to have it written anew)"
    elif [ "$dry" = true ]; then
        # A setting is shown whole, a program by its beginning: it lies in this folder to be read.
        lines=$(wc -l <"$new")
        most=30
        [ "$lines" -le "$most" ] || most=5
        say "would write: $1"
        head -n "$most" "$new" | sed "s/^/$(printf '%-12s ' '')    /"
        [ "$lines" -le "$most" ] || printf '%-12s     ... and %s lines more\n' '' "$((lines - most))"
    else
        say "write: $1"
        if ! noted "file $1"; then
            open_state
            if [ -e "$target" ]; then
                mkdir -p "$(state)/before$(dirname -- "$1")"
                cp -p -- "$target" "$(state)/before$1"
            fi
            made=
            make_folder "$(dirname -- "$target")" made
            printf '%s' "$made" | while IFS= read -r folder; do
                note "folder ${folder#"$root"}"
            done
            note "file $1"
        fi
        mkdir -p "$(state)/after$(dirname -- "$1")"
        cp -- "$new" "$(state)/after$1"
        cp -- "$new" "$target.dms-new"
        chmod "$2" "$target.dms-new"
        mv -f -- "$target.dms-new" "$target"
    fi
    rm -f "$new"
}

# Takes a step back, the last change first.
undo_step() {
    if [ ! -f "$(state)/journal" ]; then
        say "nothing to undo"
        return 0
    fi
    [ "$dry" = true ] || [ -w "$(state)" ] || fail "can't write $(state)"
    tac "$(state)/journal" | while IFS= read -r line; do
        undo_change "${line%% *}" "${line#* }"
    done
    [ "$dry" = false ] || return 0
    rm -rf -- "$(state)"
    above="$root/var/lib/dms/setup"
    if [ -z "$(find "$above" -mindepth 1 -maxdepth 1 -type d)" ] && [ -f "$above/made" ]; then
        list=$(tac "$above/made")
        rm -f "$above/made"
        printf '%s\n' "$list" | while IFS= read -r folder; do
            [ -z "$folder" ] || rmdir -- "$folder" 2>/dev/null || true
        done
    fi
}

undo_change() {
    case $1 in
    file) undo_file "$2" ;;
    folder)
        if [ "$dry" = true ]; then
            say "would remove, if empty: $2"
        elif rmdir -- "$root$2" 2>/dev/null; then
            say "remove: $2"
        fi
        ;;
    *) "undo_$1" "$2" ;;
    esac
}

undo_file() {
    if [ -e "$root$1" ] && ! cmp -s "$root$1" "$(state)/after$1"; then
        say "left alone, changed since: $1"
    elif [ "$dry" = true ]; then
        say "would restore: $1"
    elif [ -e "$(state)/before$1" ]; then
        say "restore: $1"
        cp -p -- "$(state)/before$1" "$root$1.dms-new"
        mv -f -- "$root$1.dms-new" "$root$1"
    else
        say "remove: $1"
        rm -f -- "$root$1"
    fi
}
