#!/bin/sh
# Which of the patch's functions run in everyday work? The kernel's function tracer tells. What a command says does not
# matter, nor whether it works on this machine: it is there to make the kernel do something.
set -eu

work() {
    cat /sys/bus/acpi/devices/*/path /sys/bus/acpi/devices/*/status
    cat /sys/bus/pci/devices/*/config
    echo >/dev/ttyS0
    unshare -n ip link set lo up
    ip link set lo mtu 1400
    ping -c 1 -s 4000 127.0.0.1
    traceroute6 -m 1 -q 1 -w 1 ::1
    ip -6 route show table all
    cat /proc/net/ipv6_route
    echo idle >/sys/block/zram0/writeback
    echo 8M >/sys/block/zram0/disksize
    cat /sys/kernel/debug/zram/zram0/block_state
    echo 1 >/sys/block/zram0/reset
    echo transport=loop,nqn=none >/dev/nvme-fabrics
    mkdir -p /mnt
    mount -t cifs -o user=nobody,pass=none //127.0.0.1/none /mnt
}

[ "$1" = after ] || exit 0
cd /sys/kernel/tracing
echo "*:mod:$KPATCH_MODULE" >set_ftrace_filter
if grep -v "\[$KPATCH_MODULE]\$" set_ftrace_filter; then
    exit 1
fi
echo function >current_tracer
work >/dev/null 2>&1 || true
echo 0 >tracing_on
sed -n 's/^[^#].*: \(.*\) <-.*/\1/p' trace | sort | uniq -c | awk '{ print "acts", $2, $1 }'
echo nop >current_tracer
echo >set_ftrace_filter
