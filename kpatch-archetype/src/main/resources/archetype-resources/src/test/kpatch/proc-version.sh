#!/bin/sh
# Runs inside the booted target kernel, where busybox is the shell, with one argument:
#   before    the module is not loaded yet
#   after     the module is loaded and its transition is complete
#   unloaded  the module is unloaded again
# An exit code other than 0 fails the build.
set -eu

first_line=$(head -n 1 /proc/version)
echo "first line of /proc/version, $1: $first_line"

case "$1" in
after) test "$first_line" = "This has been patched!" ;;
before | unloaded) test "${first_line#Linux version }" != "$first_line" ;;
*) exit 2 ;;
esac
