package io.github.kpatch.livepatch;

/**
 * A source patch that went into a module, as the module itself tells it.
 *
 * @param file the patch file's name, without its folder
 * @param sha256 SHA-256 of the file, hexadecimal
 */
public record PatchSource(String file, String sha256) {}
