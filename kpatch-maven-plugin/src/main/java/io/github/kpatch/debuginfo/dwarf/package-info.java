/**
 * DWARF as far as sizes of structures need it: units, abbreviations and attributes of {@code .debug_info}, read once and
 * forward. Source of its rules: the DWARF standard, versions 4 and 5.
 */
package io.github.kpatch.debuginfo.dwarf;
