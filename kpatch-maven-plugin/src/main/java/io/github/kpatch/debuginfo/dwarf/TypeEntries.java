package io.github.kpatch.debuginfo.dwarf;

import io.github.kpatch.debuginfo.dwarf.Abbreviations.Abbreviation;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionHeader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All entries of the {@code .debug_info} of one object, as far as they speak of types. Unlike a kernel, an object is small
 * enough to hold whole.
 */
final class TypeEntries {
    private static final int AT_LOCATION = 0x02;
    private static final int AT_NAME = 0x03;
    private static final int AT_BYTE_SIZE = 0x0b;
    private static final int AT_BIT_OFFSET = 0x0c;
    private static final int AT_BIT_SIZE = 0x0d;
    private static final int AT_CONST_VALUE = 0x1c;
    private static final int AT_UPPER_BOUND = 0x2f;
    private static final int AT_COUNT = 0x37;
    private static final int AT_MEMBER_LOCATION = 0x38;
    private static final int AT_DECLARATION = 0x3c;
    private static final int AT_TYPE = 0x49;
    private static final int AT_DATA_BIT_OFFSET = 0x6b;
    private static final int OP_ADDR = 0x03;

    /** Every entry by its offset in the section. */
    private final Map<Long, TypeEntry> byOffset = new HashMap<>();
    /** The entries at file scope and within functions, each type and variable once. */
    private final List<TypeEntry> all = new ArrayList<>();

    private final ElfFile file;
    private final byte[] strings;
    private final byte[] lineStrings;
    private final byte[] abbreviations;

    private ForwardReader reader;
    private DebugRelocations relocations;
    private UnitHeader unit;

    private TypeEntries(ElfFile file) throws IOException {
        this.file = file;
        this.strings = section("str");
        this.lineStrings = section("line_str");
        this.abbreviations = section("abbrev");
    }

    /** Reads them. */
    static TypeEntries of(ElfFile file) throws IOException {
        TypeEntries entries = new TypeEntries(file);
        DebugSections sections = new DebugSections(file);
        for (SectionHeader section : sections.all("info")) {
            try (InputStream stream = sections.open(section)) {
                entries.reader = new ForwardReader(stream, file.header().order());
                entries.relocations = DebugRelocations.of(file, section);
                while (!entries.reader.isAtEnd()) {
                    entries.readUnit(section);
                }
            }
        }
        return entries;
    }

    List<TypeEntry> all() {
        return all;
    }

    /** The entry that another refers to; none means {@code void}. */
    Optional<TypeEntry> at(long offset) throws IOException {
        if (offset == TypeEntry.NONE) {
            return Optional.empty();
        }
        TypeEntry entry = byOffset.get(offset);
        if (entry == null) {
            throw new IOException("no entry at " + offset);
        }
        return Optional.of(entry);
    }

    private byte[] section(String name) throws IOException {
        DebugSections sections = new DebugSections(file);
        Optional<SectionHeader> header = sections.find(name);
        if (header.isEmpty()) {
            return new byte[0];
        }
        try (InputStream stream = sections.open(header.get())) {
            return stream.readAllBytes();
        }
    }

    private void readUnit(SectionHeader section) throws IOException {
        unit = UnitHeader.read(file, section, false, reader, relocations);
        Abbreviations table = new Abbreviations(abbreviations, unit.abbreviations(), unit.shape());
        Deque<TypeEntry> parents = new ArrayDeque<>();
        while (reader.position() < unit.end()) {
            long at = reader.position();
            long code = reader.uleb();
            if (code == 0) {
                parents.pollFirst();
                continue;
            }
            Abbreviation abbreviation = table.get(code);
            if (abbreviation == null) {
                throw UnitHeader.damaged(
                        file, section, unit.start(), "uses the abbreviation " + code + ", which does not exist");
            }
            TypeEntry entry = read(abbreviation);
            byOffset.put(at, entry);
            all.add(entry);
            if (!parents.isEmpty()) {
                parents.peekFirst().children.add(entry);
            }
            if (abbreviation.hasChildren()) {
                parents.addFirst(entry);
            }
        }
        if (reader.position() > unit.end()) {
            throw UnitHeader.damaged(file, section, unit.start(), "ends within an entry");
        }
    }

    private TypeEntry read(Abbreviation abbreviation) throws IOException {
        TypeEntry entry = new TypeEntry(abbreviation.tag());
        for (int i = 0; i < abbreviation.forms().length; i++) {
            int form = abbreviation.forms()[i];
            if (form == Form.INDIRECT) {
                form = Form.direct(reader, unit.shape());
            }
            long constant = abbreviation.constants()[i];
            switch (abbreviation.attributes()[i]) {
                case AT_NAME -> entry.name = text(form);
                case AT_TYPE -> entry.type = reference(form);
                case AT_BYTE_SIZE -> entry.size = number(form, constant);
                case AT_BIT_OFFSET -> entry.bitOffset = number(form, constant);
                case AT_BIT_SIZE -> entry.bitSize = number(form, constant);
                case AT_CONST_VALUE -> entry.value = number(form, constant);
                case AT_UPPER_BOUND -> entry.bound = bound(number(form, constant), 1);
                case AT_COUNT -> entry.bound = bound(number(form, constant), 0);
                case AT_MEMBER_LOCATION -> entry.location = number(form, constant);
                case AT_DATA_BIT_OFFSET -> entry.dataBitOffset = number(form, constant);
                case AT_LOCATION -> entry.isStatic = isAddress(form);
                case AT_DECLARATION -> {
                    entry.declaration = true;
                    Form.skip(reader, form, unit.shape());
                }
                default -> Form.skip(reader, form, unit.shape());
            }
        }
        return entry;
    }

    private static long bound(long number, int more) {
        return number == TypeEntry.NONE ? number : number + more;
    }

    /** A number of any form; none where the value is no constant, such as the bound of an array of variable length. */
    private long number(int form, long constant) throws IOException {
        if (form == Form.IMPLICIT_CONST) {
            return constant;
        }
        if (form == Form.SDATA) {
            return sleb();
        }
        if (Form.isUnsignedNumber(form)) {
            return Form.readNumber(reader, form, unit.shape());
        }
        Form.skip(reader, form, unit.shape());
        return TypeEntry.NONE;
    }

    private long sleb() throws IOException {
        long value = 0;
        int shift = 0;
        int next;
        do {
            next = reader.u8();
            value |= shift < Long.SIZE ? (long) (next & 0x7f) << shift : 0;
            shift += 7;
        } while ((next & 0x80) != 0);
        return shift < Long.SIZE && (next & 0x40) != 0 ? value | -1L << shift : value;
    }

    private long reference(int form) throws IOException {
        if (Form.isReferenceInUnit(form)) {
            return unit.start() + Form.readNumber(reader, form, unit.shape());
        }
        if (form == Form.REF_ADDR) {
            long at = reader.position();
            return relocations.value(at, Form.readNumber(reader, form, unit.shape()));
        }
        throw new UnknownFormException(form);
    }

    private boolean isAddress(int form) throws IOException {
        if (form != Form.EXPRLOC && form != Form.BLOCK1) {
            Form.skip(reader, form, unit.shape());
            return false;
        }
        long length = form == Form.EXPRLOC ? reader.uleb() : reader.u8();
        if (length == 0) {
            return false;
        }
        int operation = reader.u8();
        reader.skip(length - 1);
        return operation == OP_ADDR;
    }

    private String text(int form) throws IOException {
        if (form == Form.STRP || form == Form.LINE_STRP) {
            long at = reader.position();
            long offset = relocations.value(at, reader.unsigned(unit.shape().offsetSize()));
            return textAt(form == Form.STRP ? strings : lineStrings, offset);
        }
        if (form == Form.STRING) {
            StringBuilder text = new StringBuilder();
            for (int next = reader.u8(); next != 0; next = reader.u8()) {
                text.append((char) next);
            }
            return text.toString();
        }
        throw new UnknownFormException(form);
    }

    private static String textAt(byte[] table, long offset) throws IOException {
        if (offset < 0 || offset >= table.length) {
            throw new IOException("no text at " + offset);
        }
        int end = (int) offset;
        while (end < table.length && table[end] != 0) {
            end++;
        }
        return new String(table, (int) offset, end - (int) offset, StandardCharsets.ISO_8859_1);
    }
}
