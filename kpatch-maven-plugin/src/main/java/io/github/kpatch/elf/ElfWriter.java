package io.github.kpatch.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns the model into a file: decides order, offsets and indices, and makes the symbol table, the string tables and,
 * beyond 65,279 sections, the table of extended section indices. The sections come in the model's order, then these
 * tables, then the section headers. The same object always gives the same bytes.
 */
public final class ElfWriter {
    private static final long LARGEST_FILE_ALIGNMENT = 4096;

    private final ElfObject object;
    private final List<Output> outputs = new ArrayList<>();
    private final StringTable symbolNames = new StringTable();
    private final StringTable sectionNames = new StringTable();
    private final int symbolTableIndex;
    private final int stringTableIndex;

    private ElfWriter(ElfObject object) {
        this.object = object;
        this.symbolTableIndex = object.sections().size() + 1;
        this.stringTableIndex = symbolTableIndex + 1;
    }

    /**
     * The file for {@code object}.
     *
     * @throws IllegalArgumentException where a local symbol follows a global one, which the specification forbids, or
     *     the header announces program headers, which the model does not hold
     */
    public static byte[] write(ElfObject object) {
        if (object.header().programHeaders() != 0) {
            throw new IllegalArgumentException("program headers cannot be written");
        }
        return new ElfWriter(object).file();
    }

    /** A section with its place in the file still open. */
    private record Output(
            String name,
            SectionType type,
            long flags,
            long address,
            long alignment,
            long entrySize,
            int link,
            int info,
            long size,
            Bytes bytes) {}

    private byte[] file() {
        outputs.add(new Output("", SectionType.NULL, 0, 0, 0, 0, 0, 0, 0, Bytes.EMPTY));
        for (Section section : object.sections()) {
            outputs.add(output(section));
        }
        addTables();
        return layOut();
    }

    private Output output(Section section) {
        SectionData data = section.data();
        Bytes bytes = Bytes.EMPTY;
        int link = 0;
        int info = 0;
        if (section.link() instanceof SectionLink.SymbolTable) {
            link = symbolTableIndex;
        } else if (section.link() instanceof SectionLink.To to) {
            link = fileIndex(to.id());
        }
        if (data instanceof SectionData.Contents contents) {
            bytes = contents.bytes();
        } else if (data instanceof SectionData.Relocations relocations) {
            bytes = bytes(relocations);
            link = symbolTableIndex;
            info = fileIndex(relocations.target());
        } else if (data instanceof SectionData.Group group) {
            bytes = bytes(group);
            link = symbolTableIndex;
            info = group.signature().index();
        }
        return new Output(
                section.name(),
                section.type(),
                section.flags(),
                section.address(),
                section.alignment(),
                section.entrySize(),
                link,
                info,
                data.size(),
                bytes);
    }

    private static int fileIndex(SectionId id) {
        return id.index() + 1;
    }

    private ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(object.header().order());
    }

    private Bytes bytes(SectionData.Relocations relocations) {
        ByteBuffer buffer = buffer(relocations.entries().size() * ElfFile.RELA_SIZE);
        for (Relocation relocation : relocations.entries()) {
            buffer.putLong(relocation.offset());
            buffer.putLong((long) relocation.symbol().index() << 32
                    | Integer.toUnsignedLong(relocation.type().value()));
            buffer.putLong(relocation.addend());
        }
        return Bytes.copyOf(buffer.flip());
    }

    private Bytes bytes(SectionData.Group group) {
        ByteBuffer buffer = buffer(4 + 4 * group.members().size());
        buffer.putInt(group.flags());
        group.members().forEach(member -> buffer.putInt(fileIndex(member)));
        return Bytes.copyOf(buffer.flip());
    }

    private void addTables() {
        ByteBuffer symbols = buffer(object.symbols().size() * ElfFile.SYMBOL_SIZE);
        ByteBuffer extended = buffer(object.symbols().size() * 4);
        boolean needsExtended = false;
        int locals = 0;
        for (Symbol symbol : object.symbols()) {
            if (symbol.isLocal()) {
                if (locals != symbols.position() / ElfFile.SYMBOL_SIZE) {
                    throw new IllegalArgumentException("local symbol " + symbol.name() + " follows a global one");
                }
                locals++;
            }
            int index = sectionIndex(symbol);
            boolean beyond = symbol.home().section().isPresent() && index >= ElfFile.LOWEST_RESERVED_INDEX;
            needsExtended |= beyond;
            symbols.putInt(symbol.isSection() ? 0 : symbolNames.offsetOf(symbol.name()));
            symbols.put((byte) (symbol.binding().value() << 4 | symbol.type().value()));
            symbols.put((byte) symbol.other());
            symbols.putShort((short) (beyond ? ElfFile.EXTENDED_INDEX : index));
            symbols.putLong(symbol.value());
            symbols.putLong(symbol.size());
            extended.putInt(beyond ? index : 0);
        }
        addTable(
                ".symtab",
                SectionType.SYMTAB,
                8,
                ElfFile.SYMBOL_SIZE,
                stringTableIndex,
                locals,
                Bytes.copyOf(symbols.flip()));
        addTable(".strtab", SectionType.STRTAB, 1, 0, 0, 0, symbolNames.bytes());
        if (needsExtended) {
            addTable(
                    ".symtab_shndx",
                    SectionType.SYMTAB_SHNDX,
                    4,
                    4,
                    symbolTableIndex,
                    0,
                    Bytes.copyOf(extended.flip()));
        }
        outputs.forEach(output -> sectionNames.offsetOf(output.name()));
        sectionNames.offsetOf(".shstrtab");
        addTable(".shstrtab", SectionType.STRTAB, 1, 0, 0, 0, sectionNames.bytes());
    }

    private void addTable(
            String name, SectionType type, long alignment, long entrySize, int link, int info, Bytes bytes) {
        outputs.add(new Output(name, type, 0, 0, alignment, entrySize, link, info, bytes.size(), bytes));
    }

    private static int sectionIndex(Symbol symbol) {
        SymbolHome home = symbol.home();
        if (home instanceof SymbolHome.InSection inSection) {
            return fileIndex(inSection.id());
        }
        if (home instanceof SymbolHome.Absolute) {
            return RawSymbol.ABSOLUTE;
        }
        if (home instanceof SymbolHome.Common) {
            return RawSymbol.COMMON;
        }
        return home instanceof SymbolHome.Reserved reserved ? reserved.index() : 0;
    }

    private byte[] layOut() {
        long[] offsets = new long[outputs.size()];
        long end = ElfFile.HEADER_SIZE;
        for (int i = 1; i < outputs.size(); i++) {
            offsets[i] = align(end, fileAlignment(outputs.get(i)));
            end = offsets[i] + outputs.get(i).bytes().size();
        }
        long headers = align(end, 8);
        byte[] bytes = new byte[Math.toIntExact(headers + (long) outputs.size() * ElfFile.SECTION_HEADER_SIZE)];
        ByteBuffer file = ByteBuffer.wrap(bytes).order(object.header().order());
        putFileHeader(file, headers);
        for (int i = 1; i < outputs.size(); i++) {
            file.position((int) offsets[i]).put(outputs.get(i).bytes().buffer(file.order()));
        }
        file.position((int) headers);
        for (int i = 0; i < outputs.size(); i++) {
            putSectionHeader(file, i, offsets[i]);
        }
        return bytes;
    }

    /** Alignment counts in memory; in the file a page of it serves those who map, and more would only be empty space. */
    private static long fileAlignment(Output output) {
        return Math.max(1, Math.min(output.alignment(), LARGEST_FILE_ALIGNMENT));
    }

    private static long align(long offset, long alignment) {
        return (offset + alignment - 1) & -alignment;
    }

    private void putFileHeader(ByteBuffer file, long sectionHeaders) {
        ElfHeader header = object.header();
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2});
        file.put((byte) (header.order().equals(ByteOrder.LITTLE_ENDIAN) ? 1 : 2));
        file.put((byte) 1);
        file.put((byte) header.osAbi());
        file.put((byte) header.abiVersion());
        file.position(16);
        file.putShort((short) header.type());
        file.putShort((short) header.machine());
        file.putInt(1);
        file.putLong(header.entry());
        file.putLong(0);
        file.putLong(sectionHeaders);
        file.putInt(header.flags());
        file.putShort((short) ElfFile.HEADER_SIZE);
        file.putShort((short) 0);
        file.putShort((short) 0);
        file.putShort((short) ElfFile.SECTION_HEADER_SIZE);
        boolean extended = outputs.size() >= ElfFile.LOWEST_RESERVED_INDEX;
        file.putShort((short) (extended ? 0 : outputs.size()));
        int names = outputs.size() - 1;
        file.putShort((short) (names >= ElfFile.LOWEST_RESERVED_INDEX ? ElfFile.EXTENDED_INDEX : names));
    }

    private void putSectionHeader(ByteBuffer file, int index, long offset) {
        Output output = outputs.get(index);
        boolean extended = index == 0 && outputs.size() >= ElfFile.LOWEST_RESERVED_INDEX;
        file.putInt(sectionNames.offsetOf(output.name()));
        file.putInt(output.type().value());
        file.putLong(output.flags());
        file.putLong(output.address());
        file.putLong(offset);
        file.putLong(extended ? outputs.size() : output.size());
        file.putInt(extended ? outputs.size() - 1 : output.link());
        file.putInt(output.info());
        file.putLong(output.alignment());
        file.putLong(output.entrySize());
    }

    /** NUL-terminated strings, each once, in order of first use. */
    private static final class StringTable {
        private final Map<String, Integer> offsets = new HashMap<>();
        private final StringBuilder strings = new StringBuilder("\0");

        StringTable() {
            offsets.put("", 0);
        }

        int offsetOf(String string) {
            return offsets.computeIfAbsent(string, added -> {
                int offset = strings.length();
                strings.append(added).append('\0');
                return offset;
            });
        }

        Bytes bytes() {
            return Bytes.copyOf(strings.toString().getBytes(StandardCharsets.ISO_8859_1));
        }
    }
}
