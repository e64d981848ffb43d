#!/bin/sh
set -eu
proc=$(grep -w proc /proc/filesystems)
# fuseblk needs a device; so does any other file system that is built in without being "nodev".
on_disk=$(grep -vc nodev /proc/filesystems || true)
echo "/proc/filesystems, $1: $proc; not nodev: $on_disk"
case "$1" in
after)
    test "$proc" = "$(printf 'nodev,context\tproc\tvirtual')"
    test "$(grep -c "$(printf '^device')" /proc/filesystems || true)" = "$on_disk"
    test "$(cat /sys/kernel/livepatch/kpatch_function_table/vmlinux/patched)" = 1
    ;;
*) test "$proc" = "$(printf 'nodev\tproc')" ;;
esac
