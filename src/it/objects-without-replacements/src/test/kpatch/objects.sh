#!/bin/sh
set -eu
command_line=$(cat /proc/cmdline)
echo "/proc/cmdline, $1: $command_line"
case "$1" in
after)
    # The new function's reference to a local symbol of 8021q was resolved.
    case "$command_line" in *" vlan_seq_start [8021q]") ;; *) exit 1 ;; esac
    patch=/sys/kernel/livepatch/kpatch_objects_without_replacements
    for object in vmlinux 8021q dummy; do
        test "$(cat $patch/$object/patched)" = 1
    done
    dmesg | grep -q 'dummy: pre_patch of dummy'
    ;;
*)
    test "${command_line%vlan_seq_start*}" = "$command_line"
    ;;
esac
