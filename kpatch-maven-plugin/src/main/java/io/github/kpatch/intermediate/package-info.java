/**
 * The tables by which a compared object tells the module's last step what only the kernel can resolve: which functions
 * are patched, and which relocations wait for which object's symbols. They are ordinary ELF sections in the layout the
 * field has used for years, because an ordinary linker joins them in between (it concatenates the tables and shifts what
 * they refer to) and because each side of them can so be swapped for another tool's.
 */
package io.github.kpatch.intermediate;
