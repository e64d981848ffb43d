#!/bin/sh
set -eu
command_line=$(cat /proc/cmdline)
vlan=$(head -n 1 /proc/net/vlan/config)
echo "/proc/cmdline, $1: $command_line"
echo "/proc/net/vlan/config, $1: $vlan"
case "$1" in
after)
    test "${command_line% patched}" != "$command_line"
    test "${vlan%(patched)}" != "$vlan"
    test "$(cat /sys/kernel/livepatch/kpatch_two_parents/vmlinux/patched)" = 1
    test "$(cat /sys/kernel/livepatch/kpatch_two_parents/8021q/patched)" = 1
    ;;
*)
    test "${command_line% patched}" = "$command_line"
    test "${vlan%VLAN ID}" != "$vlan"
    ;;
esac
