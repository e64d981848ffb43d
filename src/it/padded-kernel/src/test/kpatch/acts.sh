#!/bin/sh
# What each patch changes, seen while the module is loaded and as before when it is gone.
set -eu
mkdir -p /names
: >/names/kpatch-hidden
: >/names/kpatch-shown

seen() {
    if ls /names | grep -qx kpatch-hidden; then echo "hidden name: listed"; else echo "hidden name: hidden"; fi
    if ls /proc | grep -qx 2; then echo "process 2: listed"; else echo "process 2: hidden"; fi
    echo kpatch-name >/proc/self/comm
    read -r name </proc/self/comm
    echo "name of the task: $name"
    if grep -q '^Patched:' /proc/meminfo; then echo "meminfo: patched"; else echo "meminfo: as before"; fi
    if grep -q '(patched)' /proc/net/vlan/config; then echo "vlan: patched"; else echo "vlan: as before"; fi
}

if [ "$1" = after ]; then
    wanted='hidden name: hidden
process 2: hidden
name of the task: patched
meminfo: patched
vlan: patched'
else
    wanted='hidden name: listed
process 2: listed
name of the task: kpatch-name
meminfo: as before
vlan: as before'
fi
ls /names | grep -qx kpatch-shown
grep -q '^HugePages_Total:' /proc/meminfo
found=$(seen)
echo "$1: $found"
test "$found" = "$wanted"
