/** Kernels that lie on this machine and that nobody packaged. */
package io.github.kpatch.source.machine;
