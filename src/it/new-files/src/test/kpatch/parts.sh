#!/bin/sh
set -eu
command_line=$(cat /proc/cmdline)
xqmstat=$(cat /proc/fs/xfs/xqmstat)
vlan=$(head -n 1 /proc/net/vlan/config)
echo "/proc/cmdline, $1: $command_line"
echo "/proc/fs/xfs/xqmstat, $1: $xqmstat"
echo "/proc/net/vlan/config, $1: $vlan"
# Looked up by numbers before and after, whichever file reads them.
test "$(cat /proc/1/comm)" = "$(cat /proc/1/task/1/comm)"
test -e /proc/self/fd/1
test ! -e /proc/self/fd/01
case "$1" in
after)
    command_line=$(cat /proc/cmdline)
    test "${command_line% patched after some numbers}" != "$command_line"
    test "${xqmstat#patched qm }" != "$xqmstat"
    xqmstat=$(cat /proc/fs/xfs/xqmstat)
    test "${xqmstat#again qm }" != "$xqmstat"
    test "${vlan%(patched)}" != "$vlan"
    for object in vmlinux xfs 8021q; do
        test "$(cat /sys/kernel/livepatch/kpatch_new_files/$object/patched)" = 1
    done
    ;;
*)
    test "${command_line% numbers}" = "$command_line"
    test "${xqmstat#qm }" != "$xqmstat"
    test "${vlan%VLAN ID}" != "$vlan"
    ;;
esac
