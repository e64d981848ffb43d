#!/bin/sh
# One digest over everything in a folder: names, kinds, modes, times and contents.
set -eu
cd "$1"
{
    find . -printf '%p %y %m %T@ %l\n' | LC_ALL=C sort
    find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
} | sha256sum
