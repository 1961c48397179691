# shellcheck shell=sh disable=SC2034,SC2154
# The native bridge. There is none in this version of DMS: every backend that it has takes its natives from Maven.
knows="4 5 6 7"

step_native() {
    fail "this source tree has no native bridge to build: this version of DMS takes all its natives from Maven"
}
