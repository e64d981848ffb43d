/** Kernels of the family of Debian: what their packages are called, what is in them, and how apt brings them. */
package io.github.kpatch.source.deb;
