package io.github.kpatch.intermediate;

import io.github.kpatch.elf.SectionId;

/**
 * A function that the patch's author wants called before or after an object is patched or unpatched: one entry of a
 * section {@code .kpatch.callbacks.*}, which the author's macro leaves without the object's name.
 *
 * @param section the section, whose name tells when it is called
 * @param offset the entry's offset in it
 * @param objectName the object that is patched
 */
public record Callback(SectionId section, long offset, String objectName) {}
