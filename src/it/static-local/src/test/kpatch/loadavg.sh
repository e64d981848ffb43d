#!/bin/sh
set -eu
first=$(cat /proc/loadavg)
second=$(cat /proc/loadavg)
warnings=$(dmesg | grep -c 'loadavg: first read since the patch, by cat' || true)
echo "/proc/loadavg, $1: $first; $second; warnings: $warnings"
case "$1" in
before) test "$warnings" = 0 ;;
after)
    # The static local of the new function lives on between calls, and pr_warn_once() speaks once.
    test "${first##* }" = readers=1
    test "${second##* }" = readers=2
    test "$warnings" = 1
    test "$(cat /sys/kernel/livepatch/kpatch_static_local/vmlinux/patched)" = 1
    ;;
unloaded)
    test "${first%readers*}" = "$first"
    test "$warnings" = 1
    ;;
esac
