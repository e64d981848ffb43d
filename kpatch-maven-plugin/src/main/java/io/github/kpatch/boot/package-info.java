/**
 * Proves a live patch on the kernel it is for: boots the target's own image in QEMU, loads the module, waits for the
 * transition, runs the project's scripts, unloads, and judges what the kernel said meanwhile. A module that builds may
 * still be refused by the loader, hang in its transition or warn when called; nothing but a running kernel tells.
 */
package io.github.kpatch.boot;
