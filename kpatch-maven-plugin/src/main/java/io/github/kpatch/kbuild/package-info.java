/**
 * The kernel's own build, asked for single objects: a private view of a prepared tree, calls of make in it, and what
 * Makefiles and kbuild's records say of sources, objects and the kernel objects these become part of.
 */
package io.github.kpatch.kbuild;
