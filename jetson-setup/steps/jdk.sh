# shellcheck shell=sh disable=SC2034,SC2154
# A JDK 17. Ubuntu 18.04 (from its updates), 20.04, 22.04 and 24.04 all have this package.
knows="4 5 6 7"

# The newest JDK of 17 or above that is there, or nothing. A JRE has no javac.
newest_jdk() {
    for release in "$root"/usr/lib/jvm/*/release; do
        [ -x "$(dirname -- "$release")/bin/javac" ] || continue
        major=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$release")
        if [ "${major:-0}" -ge 17 ]; then
            echo "$(dirname -- "${release#"$root"}") ($major)"
        fi
    done | sort -V | tail -n 1
}

step_jdk() {
    found=$(newest_jdk)
    if [ -n "$found" ]; then
        say "ok: $found"
        return 0
    fi
    run apt-get update
    run_noted "package openjdk-17-jdk-headless" \
        apt-get install -y --no-install-recommends openjdk-17-jdk-headless
}

undo_package() {
    run apt-get remove -y "$1"
}
