# Before the patch is loaded: what is not signed by a key that the kernel knows is not taken, for the reason that it should be.
[ "$1" = before ] || exit 0
# refuse WHAT FILE REASON: the reason is what the kernel logs where it has a word for it, else the error.
refuse() {
    dmesg -c >/dev/null
    said=$(insmod "$2" 2>&1) && { echo "the kernel took the $1 module"; exit 1; }
    said="$said; $(dmesg | grep 'is rejected')"
    echo "$1: $said"
    case $said in
    *"$3"*) ;;
    *) exit 1 ;;
    esac
}
refuse unsigned unsigned/kpatch-shape.ko 'Loading of unsigned module is rejected'
refuse foreign foreign/kpatch-shape.ko 'Loading of module with unavailable key is rejected'
# A byte of the module itself; the signature stays as it is.
cp /kpatch/patch.ko /changed.ko || exit 1
printf X | dd of=/changed.ko bs=1 seek=4000 conv=notrunc 2>/dev/null || exit 1
refuse changed /changed.ko 'Key was rejected by service'
