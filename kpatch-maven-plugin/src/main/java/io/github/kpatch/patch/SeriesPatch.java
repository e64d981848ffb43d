package io.github.kpatch.patch;

/**
 * One patch of a series as it lies in the project.
 *
 * @param name name relative to the patches folder, as the {@code series} file gives it
 * @param sha256 SHA-256 of its bytes, hexadecimal
 * @param text its bytes, one a character (ISO-8859-1)
 */
record SeriesPatch(String name, String sha256, String text) {}
