package io.github.kpatch.livepatch.verify;

import io.github.kpatch.elf.SectionId;

/**
 * A place in an object.
 *
 * @param section the section
 * @param offset in it, in bytes; its end is a place too
 */
record Spot(SectionId section, long offset) {
    Spot plus(long bytes) {
        return new Spot(section, offset + bytes);
    }
}
