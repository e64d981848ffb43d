#!/bin/sh
# Makes what a user of a kernel that no distribution packages would have: a source tree and its archive, a config, a
# vmlinux with debug information, Module.symvers. Called with the folder to put them into, the folder of this script and,
# for a kernel of another name, its release.
set -eu
here=$2
rm -rf "$1"
mkdir -p "$1"
cd "$1"

compiler=gcc-12
command -v "$compiler" >/dev/null || compiler=gcc
release=${3:-$(make -s --no-print-directory -C "$here/tree" kernelversion)-toy}

# The source must be there untouched, so the kernel is built in a copy.
cp -R "$here/tree" linux-toy
sed "s/@compiler@/$($compiler --version | head -n 1)/" "$here/toy.config" > config
tar cJf linux-toy.tar.xz linux-toy
head -c 3000 linux-toy.tar.xz > linux-toy-cut-short.tar.xz
sha256sum linux-toy.tar.xz | sed 's/ .*//; s/^/toy.sha256=/' > toy.properties

cp -R linux-toy built
# Every exported function with a checksum, as modversions has it.
for symbol in __fentry__ _printk klp_enable_patch linux_banner module_layout number_of_toys strcmp; do
    printf '0x%08x\t%s\tvmlinux\tEXPORT_SYMBOL_GPL\t\n' "$(printf '%s' "$symbol" | cksum | cut -d ' ' -f 1)" "$symbol"
done > Module.symvers
cp Module.symvers built
head -c 100 Module.symvers > Module-cut-short.symvers
cp config built/.config
make -s -C built CC="$compiler" KERNELRELEASE="$release" KCFLAGS=-DTOY_COMPILER="'\"$($compiler --version | head -n 1)\"'" \
    olddefconfig modules_prepare vmlinux drivers/toy/toy_counter.ko
mv built/vmlinux vmlinux
# The same kernel but for a file at its front that has a function of the name that tests patch.
echo 'static int number_of_toys(void) { return 1; } int (*toys)(void) = number_of_toys;' > built/namesake.c
"$compiler" -O2 -fno-pie -mcmodel=kernel -c -o built/namesake.o built/namesake.c
ld -m elf_x86_64 -e 0 -Ttext=0xffffffff81000000 -o vmlinux-namesake built/namesake.o built/kernel/version.o built/kernel/numbers.o built/kernel/core.o
mkdir -p modules/kernel/drivers/toy
mv built/drivers/toy/toy_counter.ko modules/kernel/drivers/toy/toy_counter.ko
rm -rf built

# The bad inputs that are made rather than written.
cp -R linux-toy linux-other
sed -i 's/^SUBLEVEL = 99$/SUBLEVEL = 98/' linux-other/Makefile
grep -v CONFIG_LIVEPATCH config > config-without-livepatch
{ cat config; echo CONFIG_TOY_NEEDS_PAHOLE=y; } > config-that-the-tree-changes
printf 'GCC: (Toy 12.0.99-1) 12.0.99\0' > comment
objcopy --update-section .comment=comment vmlinux vmlinux-of-another-compiler
rm comment
