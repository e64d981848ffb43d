/**
 * The module: the source that hands the patch to the kernel's livepatch core, the last step that gives the linked module
 * the form which the core wants (klp symbols and klp relocations), and the check of the finished module against the rules
 * of the kernel's module loader, which would otherwise refuse it, or worse, on the machine it is meant for. Knows no
 * process and no path: what it makes are names and bytes.
 */
package io.github.kpatch.livepatch;
