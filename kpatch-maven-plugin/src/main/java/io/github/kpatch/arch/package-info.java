/**
 * What depends on the machine: one file for each architecture behind one interface, and the one list of all. The
 * architecture comes from the object's {@code e_machine}, never from the host, so that any machine can compare objects
 * for any other.
 */
package io.github.kpatch.arch;
