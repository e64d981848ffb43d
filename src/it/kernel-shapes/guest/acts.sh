# One function of vmlinux and one of a module: changed while the patch is in force, and as before when it is gone.
rng=/sys/class/misc/hw_random/rng_available
case $1 in
after) wanted=patched ;;
*) wanted= ;;
esac
for file in /proc/cmdline $rng; do
    read -r line <$file || exit 1
    case $line in
    *patched) seen=patched ;;
    *) seen= ;;
    esac
    echo "$1: $file: $line"
    [ "$seen" = "$wanted" ] || exit 1
done
