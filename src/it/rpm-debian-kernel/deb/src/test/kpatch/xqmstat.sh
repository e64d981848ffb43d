#!/bin/sh
set -eu
line=$(cat /proc/fs/xfs/xqmstat)
echo "/proc/fs/xfs/xqmstat, $1: $line"
case "$1" in
after)
    test "${line#patched qm }" != "$line"
    test "$(cat /sys/kernel/livepatch/$KPATCH_MODULE/xfs/patched)" = 1
    ;;
*) test "${line#qm }" != "$line" ;;
esac
