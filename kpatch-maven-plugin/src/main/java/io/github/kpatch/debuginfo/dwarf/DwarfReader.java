package io.github.kpatch.debuginfo.dwarf;

import io.github.kpatch.debuginfo.FoundSizes;
import io.github.kpatch.debuginfo.NameOffsets;
import io.github.kpatch.debuginfo.dwarf.Abbreviations.Abbreviation;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionHeader;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads sizes of structures from {@code .debug_info}, or {@code .debug_types} where DWARF 4 puts types of their own
 * units. One pass forward over hundreds of megabytes in a heap of a few: entries that cannot hold a definition at file
 * scope are skipped by their sibling where the compiler says it, and the pass ends with the last structure wanted.
 *
 * <p>Names are compared by their offset in {@code .debug_str} and {@code .debug_line_str}, which are searched for the
 * wanted names first.
 */
public final class DwarfReader {
    private static final int TAG_STRUCTURE = 0x13;
    private static final int AT_SIBLING = 0x01;
    private static final int AT_NAME = 0x03;
    private static final int AT_BYTE_SIZE = 0x0b;
    private static final int AT_DECLARATION = 0x3c;
    private static final int AT_STR_OFFSETS_BASE = 0x72;
    /** More than ten times what the largest kernels have; a damaged length must not fill the heap. */
    private static final int LONGEST_TABLE = 32 << 20;

    private final ElfFile file;
    private final DebugSections sections;
    private final Set<String> wanted;
    private final FoundSizes found;
    private final NameOffsets strings;
    private final NameOffsets lineStrings;
    private final byte[] abbreviations;
    private byte[] stringOffsets;

    private ForwardReader reader;
    private DebugRelocations relocations;
    private UnitShape shape;
    private long stringOffsetsBase;
    private long tableOffset = -1;
    private UnitShape tableShape;
    private Abbreviations table;

    private DwarfReader(ElfFile file, Collection<String> wanted) throws IOException {
        this.file = file;
        this.sections = new DebugSections(file);
        this.wanted = new HashSet<>(wanted);
        this.found = new FoundSizes(file, wanted);
        this.strings = names("str");
        this.lineStrings = names("line_str");
        this.abbreviations = table("abbrev");
    }

    /** Whether the file has DWARF with types. */
    public static boolean isIn(ElfFile file) {
        DebugSections sections = new DebugSections(file);
        return sections.find("info").isPresent() && sections.find("abbrev").isPresent();
    }

    /**
     * The sizes in bytes of those structures among {@code wanted} that the file has.
     *
     * @throws ProblemException with {@link ProblemCode#ELF_MALFORMED} when the DWARF is damaged or newer than this version
     */
    public static Map<String, Integer> structSizes(ElfFile file, Collection<String> wanted) {
        try {
            DwarfReader reader = new DwarfReader(file, wanted);
            reader.readUnits("types");
            reader.readUnits("info");
            return reader.found.sizes();
        } catch (IOException e) {
            throw DebugSections.unreadable(file, e);
        }
    }

    private NameOffsets names(String section) throws IOException {
        Optional<SectionHeader> header = sections.find(section);
        try (InputStream stream = header.isPresent() ? sections.open(header.get()) : InputStream.nullInputStream()) {
            return NameOffsets.find(stream, wanted);
        }
    }

    private byte[] table(String section) throws IOException {
        Optional<SectionHeader> header = sections.find(section);
        if (header.isEmpty()) {
            return new byte[0];
        }
        try (InputStream stream = sections.open(header.get())) {
            byte[] bytes = stream.readNBytes(LONGEST_TABLE);
            if (stream.read() >= 0) {
                throw sections.malformed(header.get(), "It is longer than " + LONGEST_TABLE + " bytes.");
            }
            return bytes;
        }
    }

    private void readUnits(String name) throws IOException {
        for (SectionHeader section : sections.all(name)) {
            try (InputStream stream = sections.open(section)) {
                reader = new ForwardReader(stream, file.header().order());
                relocations = DebugRelocations.of(file, section);
                while (!found.isComplete() && !reader.isAtEnd()) {
                    readUnit(section, name.equals("types"));
                }
            }
        }
    }

    private void readUnit(SectionHeader section, boolean isTypes) throws IOException {
        UnitHeader header = UnitHeader.read(file, section, isTypes, reader, relocations);
        shape = header.shape();
        stringOffsetsBase = shape.version() == 5 ? 2L * shape.offsetSize() : 0;
        useTable(header.abbreviations());
        readEntries(section, header.start(), header.end());
    }

    private void useTable(long offset) throws IOException {
        if (tableOffset != offset || !shape.equals(tableShape)) {
            table = new Abbreviations(abbreviations, offset, shape);
            tableOffset = offset;
            tableShape = shape;
        }
    }

    private ProblemException damaged(SectionHeader section, long offset, String what) {
        return UnitHeader.damaged(file, section, offset, what);
    }

    /** An offset into another debug section. */
    private long relocated(int size) throws IOException {
        long at = reader.position();
        return relocations.value(at, reader.unsigned(size));
    }

    private void readEntries(SectionHeader section, long start, long end) throws IOException {
        int depth = 0;
        while (reader.position() < end && !found.isComplete()) {
            long at = reader.position();
            long code = reader.uleb();
            if (code == 0) {
                depth = Math.max(0, depth - 1);
                continue;
            }
            Abbreviation abbreviation = table.get(code);
            if (abbreviation == null) {
                throw damaged(section, start, "uses the abbreviation " + code + ", which does not exist");
            }
            long sibling = depth == 0 || (depth == 1 && abbreviation.tag() == TAG_STRUCTURE)
                    ? readEntry(abbreviation, depth)
                    : skipEntry(abbreviation);
            if (abbreviation.hasChildren() && depth > 0 && sibling != 0) {
                if (sibling > end - start || start + sibling <= at) {
                    throw damaged(section, start, "has a sibling outside");
                }
                reader.skip(start + sibling - reader.position());
            } else if (abbreviation.hasChildren()) {
                depth++;
            }
        }
        if (reader.position() > end) {
            throw damaged(section, start, "ends within an entry");
        }
    }

    /** Skips an entry and answers its sibling's offset in the unit, 0 for none. */
    private long skipEntry(Abbreviation abbreviation) throws IOException {
        if (abbreviation.size() != Form.VARIABLE && !abbreviation.hasChildren()) {
            reader.skip(abbreviation.size());
            return 0;
        }
        long sibling = 0;
        int[] forms = abbreviation.forms();
        for (int i = 0; i < forms.length; i++) {
            if (abbreviation.attributes()[i] == AT_SIBLING && Form.isReferenceInUnit(forms[i])) {
                sibling = Form.readNumber(reader, forms[i], shape);
            } else {
                Form.skip(reader, forms[i], shape);
            }
        }
        return sibling;
    }

    /** Reads a unit's own entry or a structure at file scope, and answers the sibling's offset, 0 for none. */
    private long readEntry(Abbreviation abbreviation, int depth) throws IOException {
        String name = null;
        long size = -1;
        long sibling = 0;
        boolean declaration = false;
        for (int i = 0; i < abbreviation.forms().length; i++) {
            int attribute = abbreviation.attributes()[i];
            int form = abbreviation.forms()[i];
            if (form == Form.INDIRECT) {
                form = Form.direct(reader, shape);
            }
            if (attribute == AT_NAME && depth > 0) {
                name = readName(form);
            } else if (attribute == AT_BYTE_SIZE && Form.isUnsignedNumber(form)) {
                size = Form.readNumber(reader, form, shape);
            } else if (attribute == AT_BYTE_SIZE && form == Form.IMPLICIT_CONST) {
                size = abbreviation.constants()[i];
            } else if (attribute == AT_SIBLING && Form.isReferenceInUnit(form)) {
                sibling = Form.readNumber(reader, form, shape);
            } else if (attribute == AT_STR_OFFSETS_BASE && Form.size(form, shape) == shape.offsetSize()) {
                stringOffsetsBase = relocated(shape.offsetSize());
            } else {
                declaration |= attribute == AT_DECLARATION;
                Form.skip(reader, form, shape);
            }
        }
        if (name != null && !declaration) {
            found.add(name, size);
        }
        return sibling;
    }

    /** The name, if it is one that is wanted, else null. */
    private String readName(int form) throws IOException {
        if (form == Form.STRP) {
            return strings.at(relocated(shape.offsetSize()));
        }
        if (form == Form.LINE_STRP) {
            return lineStrings.at(relocated(shape.offsetSize()));
        }
        if (form == Form.STRING) {
            return inlineName();
        }
        if (Form.isStringIndex(form)) {
            return strings.at(stringOffset(Form.readNumber(reader, form, shape)));
        }
        Form.skip(reader, form, shape);
        return null;
    }

    private String inlineName() throws IOException {
        byte[] name = new byte[64];
        int length = 0;
        for (int next = reader.u8(); next != 0; next = reader.u8()) {
            if (length < name.length) {
                name[length++] = (byte) next;
            }
        }
        String text = new String(name, 0, length, StandardCharsets.ISO_8859_1);
        return wanted.contains(text) ? text : null;
    }

    private long stringOffset(long index) throws IOException {
        if (stringOffsets == null) {
            Optional<SectionHeader> section = sections.find("str_offsets");
            if (section.isPresent() && DebugRelocations.isNeeded(file, section.get())) {
                throw sections.malformed(
                        section.get(), "It needs relocation, which is not supported: link the file first.");
            }
            stringOffsets = table("str_offsets");
        }
        int size = shape.offsetSize();
        long at = stringOffsetsBase + index * size;
        if (index < 0 || index > LONGEST_TABLE || at < 0 || at > stringOffsets.length - size) {
            throw new IOException("string index " + index);
        }
        byte[] offset = Arrays.copyOfRange(stringOffsets, (int) at, (int) at + size);
        return new ForwardReader(new ByteArrayInputStream(offset), file.header().order()).unsigned(size);
    }
}
