#!/bin/sh
# What a user has who gives a kernel piece by piece: vmlinux, config, Module.symvers, source as an archive and as a
# folder. From the same packages the plugin takes them from, but by dpkg and tar. Called with release and folder.
set -eu
release=$1
series=$(echo "$release" | sed 's/^\([0-9]*\.[0-9]*\).*/\1/')
test ! -d "$2" || exit 0
rm -rf "$2.partial"
mkdir -p "$2.partial"
cd "$2.partial"

version=$(LC_ALL=C apt-cache --no-all-versions show "linux-image-$release" | sed -n 's/^Version: //p')
LC_ALL=C apt-get download "linux-image-$release=$version" "linux-image-$release-dbg=$version" \
    "linux-headers-$release=$version" "linux-source-$series=$version"

# from PACKAGE PATH...: takes files out of a package
from() {
    package=$1
    shift
    dpkg-deb --fsys-tarfile "$package"_*.deb | tar x "$@"
    rm "$package"_*.deb
}
from "linux-image-$release" "./boot/config-$release"
from "linux-image-$release-dbg" "./usr/lib/debug/boot/vmlinux-$release"
from "linux-headers-$release" "./usr/src/linux-headers-$release/Module.symvers"
from "linux-source-$series" ./usr/src
mv "boot/config-$release" config
mv "usr/lib/debug/boot/vmlinux-$release" vmlinux
mv "usr/src/linux-headers-$release/Module.symvers" Module.symvers
mv usr/src/linux-source-*.tar.xz source.tar.xz
rm -r boot usr
mkdir source
tar xf source.tar.xz -C source --strip-components=1
mv "$2.partial" "$2"
