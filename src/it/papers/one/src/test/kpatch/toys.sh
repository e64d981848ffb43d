#!/bin/sh
# The toy kernel is never booted: it only has to go along.
cat /proc/version
