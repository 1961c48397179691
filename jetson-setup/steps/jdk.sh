# shellcheck shell=sh disable=SC2034,SC2154
# A JDK 17 and Maven 3.6.3 or newer, by which ./dms builds itself. Ubuntu 18.04 (from its updates), 20.04, 22.04 and 24.04
# all have the JDK; Maven of 18.04 is too old.
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

# The program mvn, or nothing. Sudo hides what only the user's PATH has, such as a Maven unpacked at home.
maven_here() {
    for file in "$root/usr/local/bin/mvn" "$root/usr/bin/mvn"; do
        if [ -x "$file" ] || [ -L "$file" ]; then
            echo "${file#"$root"}"
            return 0
        fi
    done
}

step_jdk() {
    missing=
    found=$(newest_jdk)
    if [ -n "$found" ]; then
        say "ok: $found"
    else
        missing=openjdk-17-jdk-headless
    fi
    found=$(maven_here)
    if [ "$jetpack" = 4 ]; then
        [ "$found" = /usr/local/bin/mvn ] ||
            say "advice: DMS needs Maven 3.6.3 or newer, Ubuntu 18.04 has 3.6.0: unpack one from https://maven.apache.org/download.cgi below /opt and link its bin/mvn to /usr/local/bin/mvn"
    elif [ -n "$found" ]; then
        say "ok: $found"
    else
        missing="$missing maven"
    fi
    [ -z "$missing" ] || run apt-get update
    for package in $missing; do
        run_noted "package $package" apt-get install -y --no-install-recommends "$package"
    done
}

undo_package() {
    run apt-get remove -y "$1"
}
