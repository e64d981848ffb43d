/** The 64-bit x86 machine: its relocations, its instruction lengths, and the kernel tables it adds. */
package io.github.kpatch.arch.x86;
