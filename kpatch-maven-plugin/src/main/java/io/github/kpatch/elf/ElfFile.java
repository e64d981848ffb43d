package io.github.kpatch.elf;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A view into an ELF64 file of any size and type: the headers are read, section contents only when asked for. Every
 * number is checked against the file before it is used; what breaks the specification ends in a {@link
 * ProblemException} with {@link ProblemCode#NOT_ELF} or {@link ProblemCode#ELF_MALFORMED}.
 *
 * <p>Source of all rules: the ELF-64 object file format and the generic ABI (extended numbering: the null section's
 * {@code sh_size}, {@code sh_link}, {@code sh_info}).
 */
public final class ElfFile {
    static final int HEADER_SIZE = 64;
    static final int SECTION_HEADER_SIZE = 64;
    static final int SYMBOL_SIZE = 24;
    static final int RELA_SIZE = 24;
    static final int LOWEST_RESERVED_INDEX = 0xff00;
    static final int EXTENDED_INDEX = 0xffff;

    private final ByteSource source;
    private final ElfHeader header;
    private final List<SectionHeader> sections;
    private final int sectionNamesIndex;

    private ElfFile(ByteSource source, ElfHeader header, List<SectionHeader> sections, int sectionNamesIndex) {
        this.sectionNamesIndex = sectionNamesIndex;
        this.source = source;
        this.header = header;
        this.sections = sections;
    }

    /** Reads the headers of {@code source}. */
    public static ElfFile open(ByteSource source) {
        if (source.size() < HEADER_SIZE) {
            throw notElf(source, "The file is " + source.size() + " bytes long, shorter than an ELF header.");
        }
        ByteBuffer bytes = source.read(0, HEADER_SIZE);
        if (bytes.getInt(0) != 0x7f454c46) {
            throw notElf(source, "The file does not begin with the ELF magic number.");
        }
        if (bytes.get(4) != 2) {
            throw notElf(source, "The file is not 64-bit ELF.");
        }
        if (bytes.get(5) != 1 && bytes.get(5) != 2) {
            throw malformed(source, 5, "The byte order " + (bytes.get(5) & 0xff) + " does not exist.");
        }
        ByteOrder order = bytes.get(5) == 1 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        bytes.order(order);
        if (bytes.get(6) != 1 || bytes.getInt(20) != 1) {
            throw malformed(source, 6, "The ELF version is not 1.");
        }
        if (Short.toUnsignedInt(bytes.getShort(52)) != HEADER_SIZE) {
            throw malformed(source, 52, "The file header's size is not " + HEADER_SIZE + ".");
        }
        ElfHeader header = new ElfHeader(
                order,
                bytes.get(7) & 0xff,
                bytes.get(8) & 0xff,
                Short.toUnsignedInt(bytes.getShort(16)),
                Short.toUnsignedInt(bytes.getShort(18)),
                bytes.getLong(24),
                bytes.getInt(48),
                Short.toUnsignedInt(bytes.getShort(56)));
        return readSectionHeaders(source, header, bytes);
    }

    private static ElfFile readSectionHeaders(ByteSource source, ElfHeader fileHeader, ByteBuffer header) {
        long tableOffset = header.getLong(40);
        if (tableOffset == 0) {
            return new ElfFile(source, fileHeader, List.of(), 0);
        }
        if (Short.toUnsignedInt(header.getShort(58)) != SECTION_HEADER_SIZE) {
            throw malformed(source, 58, "The size of a section header is not " + SECTION_HEADER_SIZE + ".");
        }
        ByteBuffer first = range(source, tableOffset, SECTION_HEADER_SIZE, 40).order(header.order());
        long count = Short.toUnsignedLong(header.getShort(60));
        if (count == 0) {
            count = first.getLong(32);
        }
        long nameTable = Short.toUnsignedLong(header.getShort(62));
        if (nameTable == EXTENDED_INDEX) {
            nameTable = Integer.toUnsignedLong(first.getInt(40));
        }
        if (count <= 0 || count > (source.size() - tableOffset) / SECTION_HEADER_SIZE) {
            throw malformed(source, 60, "The section header table does not fit into the file.");
        }
        ByteBuffer table =
                range(source, tableOffset, count * SECTION_HEADER_SIZE, 40).order(header.order());
        if (nameTable >= count) {
            throw malformed(source, 62, "The section with the section names does not exist.");
        }
        ByteBuffer names = names(source, table, (int) nameTable);
        Strings strings = new Strings(source, names);
        List<SectionHeader> sections = new ArrayList<>((int) count);
        for (int i = 0; i < count; i++) {
            int at = i * SECTION_HEADER_SIZE;
            sections.add(new SectionHeader(
                    i,
                    nameTable == 0 ? "" : strings.at(Integer.toUnsignedLong(table.getInt(at)), tableOffset + at),
                    new SectionType(table.getInt(at + 4)),
                    table.getLong(at + 8),
                    table.getLong(at + 16),
                    table.getLong(at + 24),
                    table.getLong(at + 32),
                    table.getInt(at + 40),
                    table.getInt(at + 44),
                    table.getLong(at + 48),
                    table.getLong(at + 56)));
        }
        return new ElfFile(source, fileHeader, List.copyOf(sections), (int) nameTable);
    }

    private static ByteBuffer names(ByteSource source, ByteBuffer table, int index) {
        int at = index * SECTION_HEADER_SIZE;
        return index == 0 ? ByteBuffer.allocate(0) : range(source, table.getLong(at + 24), table.getLong(at + 32), 62);
    }

    private static ByteBuffer range(ByteSource source, long offset, long length, long seenAt) {
        if (offset < 0 || length < 0 || offset > source.size() || length > source.size() - offset) {
            throw malformed(source, seenAt, "It refers to bytes outside the file.");
        }
        if (length > Integer.MAX_VALUE - 8) {
            throw malformed(source, seenAt, "A single section holds more than 2 GiB.");
        }
        return source.read(offset, (int) length);
    }

    /**
     * A string table. Every entry may begin within another's string, so that a small table could yield endless text;
     * real tables share nothing but tails, and what they yield is bounded by the size of the file.
     */
    private static final class Strings {
        private static final int SHARING = 8;

        private final ByteSource source;
        private final ByteBuffer table;
        private long left;

        Strings(ByteSource source, ByteBuffer table) {
            this.source = source;
            this.table = table;
            this.left = SHARING * source.size();
        }

        String at(long offset, long seenAt) {
            if (offset >= table.limit()) {
                throw malformed(source, seenAt, "A name lies outside its string table.");
            }
            int start = (int) offset;
            int end = start;
            while (end < table.limit() && table.get(end) != 0) {
                end++;
            }
            if (end == table.limit()) {
                throw malformed(source, seenAt, "A name has no end.");
            }
            left -= end - start;
            if (left < 0) {
                throw malformed(source, seenAt, "The names are far longer than the file.");
            }
            byte[] bytes = new byte[end - start];
            table.get(start, bytes);
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    private static ProblemException notElf(ByteSource source, String what) {
        return ProblemException.input(ProblemCode.NOT_ELF, source.name(), what);
    }

    private static ProblemException malformed(ByteSource source, long offset, String what) {
        return ProblemException.input(
                Problem.of(ProblemCode.ELF_MALFORMED, String.format("%s, offset 0x%x", source.name(), offset), what));
    }

    /** The exception for something in {@code section} that breaks the specification. */
    ProblemException malformed(SectionHeader section, String what) {
        return ProblemException.input(
                ProblemCode.ELF_MALFORMED,
                source.name() + ", section " + section.index() + " (" + section.name() + ")",
                what);
    }

    /** The exception for something in the file that breaks the specification. */
    ProblemException malformed(String what) {
        return ProblemException.input(ProblemCode.ELF_MALFORMED, source.name(), what);
    }

    /** What to call the file in messages. */
    public String name() {
        return source.name();
    }

    /** The bytes behind the file. */
    public ByteSource source() {
        return source;
    }

    /** What the file header says. */
    public ElfHeader header() {
        return header;
    }

    /** All sections, the null section first; empty where the file has no section header table. */
    public List<SectionHeader> sections() {
        return sections;
    }

    /** The index of the section that holds the section names ({@code e_shstrndx}); 0 for none. */
    int sectionNamesIndex() {
        return sectionNamesIndex;
    }

    /** The first section of that name. */
    public Optional<SectionHeader> section(String name) {
        return sections.stream().filter(section -> section.name().equals(name)).findFirst();
    }

    /** The first section of that type. */
    public Optional<SectionHeader> section(SectionType type) {
        return sections.stream().filter(section -> section.type().equals(type)).findFirst();
    }

    /**
     * The bytes of {@code section} as they stand in the file (compressed ones still compressed), in the file's byte
     * order; none for {@code SHT_NOBITS}. Large sections are mapped, not copied.
     */
    public ByteBuffer contents(SectionHeader section) {
        if (section.type().equals(SectionType.NOBITS) || section.type().equals(SectionType.NULL)) {
            return ByteBuffer.allocate(0).order(header.order());
        }
        checkInside(section);
        return range(source, section.offset(), section.size(), section.offset()).order(header.order());
    }

    /**
     * Checks that the section's bytes are in the file, before they are read through {@link #source()}.
     *
     * @throws ProblemException with {@link ProblemCode#ELF_MALFORMED} when they are not
     */
    public void checkInside(SectionHeader section) {
        if (section.offset() < 0
                || section.size() < 0
                || section.offset() > source.size()
                || section.size() > source.size() - section.offset()) {
            throw malformed(section, "It lies outside the file, which may have been cut short.");
        }
    }

    /** The section that {@code index} names. */
    SectionHeader sectionAt(SectionHeader from, int index) {
        if (index < 0 || index >= sections.size()) {
            throw malformed(
                    from, "It refers to section " + Integer.toUnsignedString(index) + ", which does not exist.");
        }
        return sections.get(index);
    }

    /**
     * Tells all symbols of {@code table}, in order, the null symbol included.
     *
     * @param table a section of type {@code SHT_SYMTAB} or {@code SHT_DYNSYM}
     */
    public void forEachSymbol(SectionHeader table, Consumer<RawSymbol> consumer) {
        ByteBuffer entries = contents(table);
        if (entries.limit() % SYMBOL_SIZE != 0) {
            throw malformed(table, "Its size is not a multiple of " + SYMBOL_SIZE + ".");
        }
        Strings names = new Strings(source, contents(sectionAt(table, table.link())));
        Optional<SectionHeader> extended = sections.stream()
                .filter(section -> section.type().equals(SectionType.SYMTAB_SHNDX) && section.link() == table.index())
                .findFirst();
        ByteBuffer indices = extended.map(this::contents).orElse(null);
        for (int i = 0; i < entries.limit() / SYMBOL_SIZE; i++) {
            int at = i * SYMBOL_SIZE;
            int info = entries.get(at + 4) & 0xff;
            int sectionIndex = Short.toUnsignedInt(entries.getShort(at + 6));
            boolean reserved = sectionIndex >= LOWEST_RESERVED_INDEX && sectionIndex != EXTENDED_INDEX;
            if (sectionIndex == EXTENDED_INDEX) {
                if (indices == null || indices.limit() / 4 <= i) {
                    throw malformed(table, "Symbol " + i + " has no extended section index.");
                }
                sectionIndex = indices.getInt(i * 4);
            }
            if (!reserved && (sectionIndex < 0 || sectionIndex >= sections.size())) {
                throw malformed(table, "Symbol " + i + " lies in a section that does not exist.");
            }
            consumer.accept(new RawSymbol(
                    names.at(Integer.toUnsignedLong(entries.getInt(at)), table.offset() + at),
                    new SymbolType(info & 0xf),
                    new SymbolBinding(info >> 4),
                    entries.get(at + 5) & 0xff,
                    sectionIndex,
                    reserved,
                    entries.getLong(at + 8),
                    entries.getLong(at + 16)));
        }
    }
}
