/** Kernels of distributions that ship RPM packages, and their source packages. */
package io.github.kpatch.source.rpm;
