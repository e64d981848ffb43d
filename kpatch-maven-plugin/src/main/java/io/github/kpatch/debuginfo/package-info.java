/**
 * What the kernel's debug information says about its structures. The tables behind special sections (alternatives, bug
 * table, jump labels, …) are arrays of structures whose sizes differ between kernels and are written nowhere in an object,
 * so they are read from {@code vmlinux}: two readers, {@link io.github.kpatch.debuginfo.btf} and {@link
 * io.github.kpatch.debuginfo.dwarf}, one answer, {@link io.github.kpatch.debuginfo.StructSizes}.
 */
package io.github.kpatch.debuginfo;
