package io.github.kpatch.intermediate;

import io.github.kpatch.elf.SymbolBinding;
import io.github.kpatch.elf.SymbolType;

/**
 * A symbol that the kernel's livepatch core must look up, because the module loader would not find it: one entry of
 * {@code .kpatch.symbols}.
 *
 * @param name its name in the kernel's symbol table
 * @param objectName the object that defines it: {@code vmlinux}, or a module
 * @param address its address where the object patched is {@code vmlinux}, else 0
 * @param sympos which of the symbols of that name is meant, counted from 1; 0 where the name must be unique
 * @param binding how the patched code refers to it
 * @param type what the patched code takes it for
 */
public record KlpSymbol(
        String name, String objectName, long address, long sympos, SymbolBinding binding, SymbolType type) {}
