#!/bin/sh
# build-shape.sh PACKAGE SHAPE COMPILER CACHE: builds the kernel of one shape from a Debian source package, and prints the
# folder in CACHE that holds what a patch project is given of a kernel. The folder is named by the digest of all that it is
# made from and gets its name last: one that exists is complete and is not built again.
set -eu
package=$1
shape=$2
compiler=$3
cache=$4
here=$(cd "$(dirname "$0")" && pwd)
digest=$({
    sha256sum <"$package"
    cat "$0" "$here/shapes/common.fragment" "$here/shapes/$shape.fragment"
    "$compiler" --version
    ld --version
    pahole --version
} | sha256sum | cut -d ' ' -f 1)
output=$cache/$shape-$digest
if [ -d "$output" ]; then
    echo "$output"
    exit 0
fi
build=$output.partial
rm -rf "$build"
mkdir -p "$build/tree" "$build/pieces"
trap 'rm -rf "$build/tree" "$build/source" "$build/installed"' EXIT
mkdir "$build/source"
dpkg-deb --fsys-tarfile "$package" | tar xO --wildcards '*/linux-source-*.tar.xz' |
    tar xJ -C "$build/source" --strip-components=1
kernel_make() {
    make -s -C "$build/source" O="$build/tree" -j"$(nproc)" CC="$compiler" HOSTCC="$compiler" \
        KBUILD_BUILD_USER=it KBUILD_BUILD_HOST=it "$@" >>"$build/make.log" 2>&1 ||
        { tail -n 30 "$build/make.log" >&2; exit 1; }
}
cat "$here/shapes/common.fragment" "$here/shapes/$shape.fragment" >"$build/fragment"
KCONFIG_ALLCONFIG=$build/fragment kernel_make allnoconfig
# What kconfig did not take is not the shape that was asked for. The last word on an option counts.
awk -F= '/^CONFIG_/ { value[$1] = substr($0, length($1) + 2) } END { for (o in value) print o "=" value[o] }' \
    "$build/fragment" | while IFS='=' read -r option value; do
    case $value in
        n) ! grep -q "^$option=" "$build/tree/.config" ;;
        *) grep -qxF "$option=$value" "$build/tree/.config" ;;
    esac || { echo "kconfig did not take $option=$value" >&2; exit 1; }
done
kernel_make bzImage modules
kernel_make INSTALL_MOD_PATH="$build/installed" DEPMOD=true modules_install
release=$(cat "$build/tree/include/config/kernel.release")
echo "$release" >"$build/pieces/release"
cp "$build/tree/.config" "$build/pieces/config"
cp "$build/tree/vmlinux" "$build/tree/Module.symvers" "$build/tree/arch/x86/boot/bzImage" "$build/pieces/"
mv "$build/installed/lib/modules/$release" "$build/pieces/modules"
rm -f "$build/pieces/modules/build" "$build/pieces/modules/source"
# The key that a kernel's build makes for its modules, where it makes one; the kernel trusts it.
[ ! -f "$build/tree/certs/signing_key.pem" ] || cp "$build/tree/certs/signing_key.pem" "$build/pieces/"
mv "$build/make.log" "$build/pieces/"
mv "$build/pieces" "$output"
rm -rf "$build"
echo "$output"
