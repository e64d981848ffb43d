#!/bin/sh
# Packs the distribution's own kernel as RHEL does, into a repository with a dnf configuration and a table of distributions of
# its own. Called with the kernel's release and the folder to work in.
set -eu
release=$1
work=$2
rm -rf "$work"
mkdir -p "$work/debs" "$work/files" "$work/sources" "$work/repository" "$work/repos.d"
cd "$work/debs"
image=linux-image-$release
version=$(apt-cache --no-all-versions show "$image" | sed -n 's/^Version: //p' | head -n 1)
series=$(echo "$release" | sed 's/^\([0-9]*\.[0-9]*\).*/\1/')
apt-get -qq download "$image=$version" "linux-headers-$release=$version" "linux-source-$series=$version"
cd "$work"
for package in "$image" "linux-headers-$release" "linux-source-$series"; do
    dpkg-deb -x debs/"$package"_*.deb "unpacked-$package"
done

modules=lib/modules/$release
mkdir -p "files/$modules" "files/usr/src/kernels/$release"
cp "unpacked-$image/boot/vmlinuz-$release" "files/$modules/vmlinuz"
cp "unpacked-$image/boot/config-$release" "files/$modules/config"
mv "unpacked-$image/$modules/kernel" "files/$modules/kernel"
for file in .config Module.symvers; do
    cp "unpacked-linux-headers-$release/usr/src/linux-headers-$release/$file" "files/usr/src/kernels/$release/$file"
done
upstream=$(echo "$version" | sed 's/-.*//')
mv "unpacked-linux-source-$series/usr/src/linux-source-$series.tar.xz" "sources/linux-$upstream.tar.xz"
rm -r unpacked-* debs

# Of the kernel's release the package has version and release, and the table says how the two are put together.
kernel=$(echo "$release" | sed 's/^\([^-]*\)-\([^-]*\).*/\1 \2/')
name=${kernel% *}
number=${kernel#* }
flavour=${release#"$name-$number"}
package() {
    printf '%%package -n %s\nSummary: a kernel\n%%description -n %s\nA kernel.\n%%files -n %s\n%s\n' "$1" "$1" "$1" "$2"
}
{
    printf 'Name: kernel\nVersion: %s\nRelease: %s\nSummary: a kernel\nLicense: GPLv2\nSource0: linux-%s.tar.xz\n' "$name" "$number" "$upstream"
    printf '%%define _build_id_links none\n%%define _binary_payload w1.zstdio\n%%define _source_payload w.ufdio\n'
    printf '%%description\nA kernel.\n%%prep\n%%autosetup -p1 -n linux-source-%s\n' "$series"
    printf '%%install\ncp -a %%{_sourcedir}/../files/. %%{buildroot}\n'
    package kernel-core "/$modules/config
/$modules/vmlinuz"
    package kernel-modules-core "/$modules/kernel"
    package kernel-devel "/usr/src/kernels/$release"
} > kernel.spec
# The tree is in the source package, and nothing is built: %prep is for who reads the spec.
rpmbuild -bs --quiet --define "_topdir $work/rpmbuild" --define "_sourcedir $work/sources" kernel.spec
sed '/^%prep/,/^%autosetup/d' kernel.spec > binary.spec
rpmbuild -bb --quiet --define "_topdir $work/rpmbuild" --define "_sourcedir $work/sources" --define 'debug_package %{nil}' \
    --define '__os_install_post %{nil}' --define '__find_provides %{nil}' --define '__find_requires %{nil}' --define 'AutoReqProv no' binary.spec
rm -r files sources
find rpmbuild -name '*.rpm' -exec mv {} repository \;
rm -r rpmbuild
createrepo_c --quiet repository

cat > table.json <<TABLE
{
  "distributions": [{"name": "debian-by-rpm", "ids": ["debian-by-rpm"], "names": "debian-by-rpm"}],
  "rpm": {
    "debian-by-rpm": {
      "kernels": [
        {
          "release": "{version}-{release}$flavour",
          "image": "kernel-core",
          "modules": ["kernel-modules-core"],
          "development": "kernel-devel",
          "debug": "kernel-debuginfo"
        }
      ],
      "bootImage": ["lib/modules/{uname}/vmlinuz"],
      "config": ["lib/modules/{uname}/config"],
      "modules": ["lib/modules/{uname}"],
      "symvers": ["usr/src/kernels/{uname}/Module.symvers"],
      "earlyConfig": ["usr/src/kernels/{uname}/.config"],
      "vmlinux": ["usr/lib/debug/lib/modules/{uname}/vmlinux"],
      "debugModules": ["usr/lib/debug/lib/modules/{uname}"]
    }
  }
}
TABLE
printf '[kernel]\nname=kernel\nbaseurl=file://%s/repository\nenabled=1\n' "$work" > repos.d/kernel.repo
cat > dnf.conf <<CONFIG
[main]
reposdir=$work/repos.d
cachedir=$work/dnf/cache
logdir=$work/dnf/log
persistdir=$work/dnf/persist
varsdir=$work/dnf/vars
releasever=1
gpgcheck=0
CONFIG
