/**
 * BTF, the compact type information that kernels with {@code CONFIG_DEBUG_INFO_BTF} carry in {@code vmlinux} itself.
 * Source of its rules: the kernel's documentation of the format, {@code Documentation/bpf/btf.rst}.
 */
package io.github.kpatch.debuginfo.btf;
