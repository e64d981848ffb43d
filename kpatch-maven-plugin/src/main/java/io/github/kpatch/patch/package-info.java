/**
 * Reads and checks a series of source patches before anything is built. A patch that does not fit, or that changes what
 * no live patch can change, is found here in a second instead of by a compiler, a linker or a crashed kernel later.
 */
package io.github.kpatch.patch;
