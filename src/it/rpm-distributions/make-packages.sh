#!/bin/sh
# Packs a toy kernel as a family of distributions does, into a repository with a dnf configuration of its own.
# Called with the family, the kernel's release, the folder that make-toy-kernel.sh filled, and the folder to work in.
set -eu
family=$1
release=$2
toy=$3
work=$4
rm -rf "$work"
mkdir -p "$work/sources" "$work/files" "$work/repository" "$work/repos.d"
cd "$work"

# The archive is what the vendor started from; the vendor's patch makes it the kernel's source.
cp -R "$toy/linux-toy" "sources/linux-6.1.99"
sed -i 's/return 7;/return 6;/' sources/linux-6.1.99/kernel/numbers.c
tar --directory sources --create --file sources/linux-6.1.99.tar linux-6.1.99
rm -r sources/linux-6.1.99
cat > sources/vendor.patch <<'PATCH'
--- a/kernel/numbers.c
+++ b/kernel/numbers.c
@@ -4,5 +4,5 @@
 
 int number_of_toys(void)
 {
-	return 6;
+	return 7;
 }
PATCH

# put FILE PATH: a file under its path in a package.
put() {
    mkdir -p "files/$(dirname "$2")"
    cp -R "$1" "files/$2"
}

# package NAME LINES: a package of a spec, with the paths it holds.
package() {
    printf '%%package -n %s\nSummary: a toy\n%%description -n %s\nA toy.\n%%files -n %s\n%s\n' "$1" "$1" "$1" "$2"
}

# build NAME RELEASE MORE PREP: builds the packages whose text is in the file "packages".
build() {
    {
        printf 'Name: %s\nVersion: 6.1.99\nRelease: %s\nSummary: a toy\nLicense: GPLv2\n%s\n' "$1" "$2" "$3"
        printf '%%define _build_id_links none\n%%description\nA toy.\n%%prep\n%s\n%%install\ncp -a %%{_sourcedir}/../files/. %%{buildroot}\n' "$4"
        cat packages
    } > "$1.spec"
    rpmbuild -ba --quiet --define "_topdir $work/rpmbuild" --define "_sourcedir $work/sources" --define 'debug_package %{nil}' \
        --define '__os_install_post %{nil}' "$1.spec"
    rm -r files
    mkdir files
}

modules=lib/modules/$release
case $family in
rhel)
    put "$toy/config" "$modules/config"
    put "$toy/toy.properties" "$modules/vmlinuz"
    put "$toy/modules/kernel" "$modules/kernel"
    put "$toy/config" "usr/src/kernels/$release/.config"
    put "$toy/Module.symvers" "usr/src/kernels/$release/Module.symvers"
    put "$toy/vmlinux" "usr/lib/debug/$modules/vmlinux"
    put "$toy/modules/kernel/drivers/toy/toy_counter.ko" "usr/lib/debug/$modules/kernel/drivers/toy/toy_counter.ko.debug"
    {
        package kernel-core "/$modules/config
/$modules/vmlinuz"
        package kernel-modules-core "/$modules/kernel"
        package kernel-devel "/usr/src/kernels/$release"
        package kernel-debuginfo /usr/lib/debug
    } > packages
    build kernel 1.el9 'Source0: linux-%{version}.tar
Patch1: vendor.patch' '%autosetup -p1 -n linux-%{version}'
    ;;
suse)
    base=${release%-default}
    object=usr/src/linux-$base-obj/x86_64/default
    put "$toy/config" "boot/config-$release"
    put "$toy/toy.properties" "boot/vmlinuz-$release"
    put "$toy/modules/kernel" "$modules/kernel"
    printf '%%files\n/boot\n/%s\n' "$modules" > packages
    build kernel-default 150600.7.3 '' ''
    put "$toy/config" "$object/.config"
    put "$toy/Module.symvers" "$object/Module.symvers"
    put "$toy/vmlinux" "usr/lib/debug/boot/vmlinux-$release.debug"
    put "$toy/modules/kernel/drivers/toy/toy_counter.ko" "usr/lib/debug/$modules/kernel/drivers/toy/toy_counter.ko.debug"
    {
        package kernel-default-devel /usr/src
        package kernel-default-debuginfo /usr/lib/debug
    } > packages
    build kernel-others 150600.7.3 '' ''
    put "$toy/linux-toy" "usr/src/linux-$base"
    {
        package kernel-devel "/usr/src/linux-$base/Makefile"
        package kernel-source "$(cd files && find "usr/src/linux-$base" -type f ! -path "*/linux-$base/Makefile" | sed 's,^,/,')"
    } > packages
    build kernel-sources 150600.7.3 'BuildArch: noarch' ''
    ;;
esac
find rpmbuild -name '*.rpm' -exec mv {} repository \;
createrepo_c --quiet repository
printf '[toy]\nname=toy\nbaseurl=file://%s/repository\nenabled=1\n' "$work" > repos.d/toy.repo
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
