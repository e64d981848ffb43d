package io.github.kpatch.debuginfo.dwarf;

/**
 * What the sizes of values in a unit depend on.
 *
 * @param version DWARF version, 2 to 5
 * @param offsetSize size in bytes of an offset into another section: 4, or 8 in 64-bit DWARF
 * @param addressSize size in bytes of an address
 */
record UnitShape(int version, int offsetSize, int addressSize) {}
