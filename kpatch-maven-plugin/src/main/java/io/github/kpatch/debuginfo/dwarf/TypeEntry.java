package io.github.kpatch.debuginfo.dwarf;

import java.util.ArrayList;
import java.util.List;

/** An entry of {@code .debug_info} with what describes types. Numbers that it does not have are {@link #NONE}. */
final class TypeEntry {
    static final int ARRAY = 0x01;
    static final int ENUMERATION = 0x04;
    static final int PARAMETER = 0x05;
    static final int MEMBER = 0x0d;
    static final int POINTER = 0x0f;
    static final int STRUCTURE = 0x13;
    static final int SUBROUTINE = 0x15;
    static final int TYPEDEF = 0x16;
    static final int UNION = 0x17;
    static final int UNSPECIFIED_PARAMETERS = 0x18;
    static final int SUBRANGE = 0x21;
    static final int BASE = 0x24;
    static final int CONST = 0x26;
    static final int ENUMERATOR = 0x28;
    static final int VARIABLE = 0x34;
    static final int VOLATILE = 0x35;
    static final int RESTRICT = 0x37;
    static final int ATOMIC = 0x47;

    static final long NONE = Long.MIN_VALUE;

    final int tag;
    final List<TypeEntry> children = new ArrayList<>();
    String name = "";
    boolean declaration;
    /** Whether it has a place in memory for as long as the kernel object is loaded. */
    boolean isStatic;

    long type = NONE;
    long size = NONE;
    long location = NONE;
    long bitSize = NONE;
    long bitOffset = NONE;
    long dataBitOffset = NONE;
    long value = NONE;
    long bound = NONE;

    TypeEntry(int tag) {
        this.tag = tag;
    }

    boolean isAggregate() {
        return tag == STRUCTURE || tag == UNION;
    }

    boolean isQualifier() {
        return tag == CONST || tag == VOLATILE || tag == RESTRICT || tag == ATOMIC;
    }
}
