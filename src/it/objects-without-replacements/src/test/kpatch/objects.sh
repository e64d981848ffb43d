#!/bin/sh
set -eu
command_line=$(cat /proc/cmdline)
echo "/proc/cmdline, $1: $command_line"
case "$1" in
after)
    case "$command_line" in *" hello-from-8021q") ;; *) exit 1 ;; esac
    patch=/sys/kernel/livepatch/kpatch_objects_without_replacements
    for object in vmlinux 8021q dummy; do
        test "$(cat $patch/$object/patched)" = 1
    done
    dmesg | grep -q 'dummy: pre_patch of dummy'
    # The callback's reference to a local symbol of 8021q was resolved.
    dmesg | grep -q '8021q: lists with vlan_seq_start [[]8021q]'
    ;;
*)
    test "${command_line%hello*}" = "$command_line"
    ;;
esac
