/**
 * Runs the differ on many pairs of objects: the table that names them, their results, and the answer to "why is this in
 * my patch?". Knows files, which the differ does not, and no kernel tree.
 */
package io.github.kpatch.compare;
