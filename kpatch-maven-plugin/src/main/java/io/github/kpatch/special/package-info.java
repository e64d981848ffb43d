/**
 * The kernel's tables about code ("special sections"): how each is divided into entries and which entries of a patched
 * function may go along. The kernel walks these tables when a module is loaded; an entry about code that is not in the
 * module would patch or describe a stranger. One file for each table that has rules; tables without rules are one line
 * in {@link io.github.kpatch.special.SpecialSections} or in the architecture's file.
 */
package io.github.kpatch.special;
