/**
 * What a shipped kernel says of itself, without any debug information: the kernel inside a boot image, the symbols that
 * it carries for its own use, its code and data as they were linked.
 */
package io.github.kpatch.kernelimage;
