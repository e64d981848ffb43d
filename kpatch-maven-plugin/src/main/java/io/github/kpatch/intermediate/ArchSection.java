package io.github.kpatch.intermediate;

import io.github.kpatch.elf.SectionId;

/**
 * A section that kernels before 5.8 must process only after the klp relocations of an object are applied: one entry of
 * {@code .kpatch.arch}.
 *
 * @param section {@code .parainstructions} or {@code .altinstructions}
 * @param objectName the object that is patched
 */
public record ArchSection(SectionId section, String objectName) {}
