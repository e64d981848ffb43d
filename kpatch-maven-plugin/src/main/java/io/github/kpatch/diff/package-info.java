/**
 * The differ: compares the two builds of one kernel object and keeps what a live patch has to carry. {@link
 * io.github.kpatch.diff.DiffObject} is the list of passes; each pass is one file named by its verb, takes immutable
 * facts and returns the fact that the next one needs, so that the order of the passes is checked by the compiler.
 *
 * <p>The package knows no process and no path: everything it needs of the kernel comes in as facts.
 */
package io.github.kpatch.diff;
