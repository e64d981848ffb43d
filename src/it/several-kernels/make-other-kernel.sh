#!/bin/sh
# Makes another toy kernel, of another release and with another number of toys. Called with the folder to put it into and
# the folder of the first one's making.
set -eu
rm -rf "$1"
mkdir -p "$1"
cp -R "$2/tree" "$2/toy.config" "$2/make-toy-kernel.sh" "$1"
cd "$1"
sed -i -e 's/^PATCHLEVEL = 1$/PATCHLEVEL = 12/' -e 's/^SUBLEVEL = 99$/SUBLEVEL = 7/' tree/Makefile
sed -i 's/6\.1\.99/6.12.7/' tree/kernel/core.c toy.config
sed -i 's/return 7;/return 9;/' tree/kernel/numbers.c
sh make-toy-kernel.sh "$1/toy" "$1"
