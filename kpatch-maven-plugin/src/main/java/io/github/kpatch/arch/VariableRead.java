package io.github.kpatch.arch;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.RelocationType;

/**
 * Code in which one instruction reads a variable where it loaded a constant before.
 *
 * @param code all of the section's code
 * @param field where in it the reference to the variable stands
 * @param type how the variable is referred to
 * @param addend of that reference
 */
public record VariableRead(Bytes code, long field, RelocationType type, long addend) {}
