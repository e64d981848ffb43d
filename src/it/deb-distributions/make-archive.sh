#!/bin/sh
# Packs a toy kernel as Ubuntu does, into an archive of packages with an apt configuration of its own. Called with the source
# package it is built from, whether the image is signed (signed, unsigned), the kernel's release, its packages' version, the
# folder that make-toy-kernel.sh filled, and the folder to work in.
set -eu
source=$1
signed=$2
release=$3
version=$4
toy=$5
work=$6
upstream=${release%%-*}
rm -rf "$work"
mkdir -p "$work/archive" "$work/lists/partial" "$work/cache/archives/partial" "$work/parts"
: > "$work/status"
cd "$work"

# put FILE PATH: a file or folder under its path in a package.
put() {
    mkdir -p "files/$(dirname "$2")"
    cp -R "$1" "files/$2"
}

# package NAME ARCHITECTURE SOURCE: a package of what was put.
package() {
    mkdir -p files/DEBIAN
    printf 'Package: %s\nSource: %s\nVersion: %s\nArchitecture: %s\nMaintainer: Toy Makers <toy@example.org>\nDescription: a toy\n' \
        "$1" "$3" "$version" "$2" > files/DEBIAN/control
    [ "$1" != linux-image-generic ] || echo "Depends: $image" >> files/DEBIAN/control
    dpkg-deb --root-owner-group -Zxz --build files archive >/dev/null
    rm -r files
}

case $signed in
signed)
    image=linux-image-$release
    built=$(echo "$source" | sed 's/^linux/linux-signed/')
    ;;
*)
    image=linux-image-unsigned-$release
    built=$source
    ;;
esac
put "$toy/toy.properties" "boot/vmlinuz-$release"
package "$image" amd64 "$built"
mkdir -p files
package linux-image-generic amd64 linux-meta
put "$toy/config" "boot/config-$release"
put "$toy/modules/kernel" "lib/modules/$release/kernel"
package "linux-modules-$release" amd64 "$source"
put "$toy/toy.properties" "lib/modules/$release/kernel/extra/note"
package "linux-modules-extra-$release" amd64 "$source"
put "$toy/config" "usr/src/linux-headers-$release/.config"
put "$toy/Module.symvers" "usr/src/linux-headers-$release/Module.symvers"
package "linux-headers-$release" amd64 "$source"
put "$toy/vmlinux" "usr/lib/debug/boot/vmlinux-$release"
put "$toy/modules/kernel" "usr/lib/debug/lib/modules/$release/kernel"
package "linux-image-unsigned-$release-dbgsym" amd64 "$source"
name=$source-source-$upstream
cp -R "$toy/linux-toy" "$name"
mkdir -p "files/usr/src/$name"
tar --create --bzip2 --file "files/usr/src/$name/$name.tar.bz2" "$name"
package "$name" all "$source"

(cd archive && dpkg-scanpackages --multiversion . > Packages 2>/dev/null)
echo "deb [trusted=yes] file:$work/archive ./" > sources.list
cat > apt.conf <<CONFIG
Dir::State::lists "$work/lists/";
Dir::State::status "$work/status";
Dir::Cache "$work/cache/";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "$work/parts/";
APT::Architecture "amd64";
CONFIG
APT_CONFIG=$work/apt.conf apt-get -qq update
