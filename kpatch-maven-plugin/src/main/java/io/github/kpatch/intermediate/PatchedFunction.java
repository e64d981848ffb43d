package io.github.kpatch.intermediate;

import io.github.kpatch.elf.SymbolId;

/**
 * A function of the running kernel and what takes its place: one entry of {@code .kpatch.funcs}, from which the module
 * makes the {@code klp_func} it hands to the kernel.
 *
 * @param function the new function
 * @param newSize its size in bytes
 * @param oldAddress the address of the old one in its object, as linked
 * @param oldSize the size of the old one in bytes
 * @param sympos which of the symbols of that name is meant, counted from 1 by address; 0 where the name must be unique
 * @param name the old function's symbol
 * @param objectName {@code vmlinux}, or the module it is in
 */
public record PatchedFunction(
        SymbolId function, long newSize, long oldAddress, long oldSize, long sympos, String name, String objectName) {}
