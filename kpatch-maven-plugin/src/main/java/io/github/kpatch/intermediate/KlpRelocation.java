package io.github.kpatch.intermediate;

import io.github.kpatch.elf.RelocationType;
import io.github.kpatch.elf.SectionId;

/**
 * A relocation that the kernel's livepatch core must apply: one entry of {@code .kpatch.relocations}.
 *
 * @param section where the relocated field is
 * @param offset the field's offset in that section
 * @param type what to compute and store
 * @param external whether a module is patched and the symbol is exported
 * @param addend {@code r_addend}
 * @param objectName the object whose loading the relocation waits for: the one that is patched
 * @param symbolIndex which entry of {@code .kpatch.symbols} it refers to, from 0
 */
public record KlpRelocation(
        SectionId section,
        long offset,
        RelocationType type,
        boolean external,
        long addend,
        String objectName,
        int symbolIndex) {}
