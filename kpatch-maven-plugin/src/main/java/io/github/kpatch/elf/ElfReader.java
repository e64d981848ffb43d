package io.github.kpatch.elf;

import io.github.kpatch.problem.ProblemException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Turns the bytes of a relocatable ELF64 object into the model. What the model cannot hold is refused, never dropped:
 * relocations without addends, a second symbol table, references to tables that the writer makes anew.
 */
public final class ElfReader {
    private static final int NO_SECTION = -1;

    private final ElfFile file;
    private final SectionHeader symbolTable;
    /** The model's section for each index in the file, or {@link #NO_SECTION} for the writer's own tables. */
    private final int[] modelIndex;

    private final List<RawSymbol> rawSymbols = new ArrayList<>();

    private ElfReader(ElfFile file) {
        this.file = file;
        this.symbolTable = onlySymbolTable(file);
        this.modelIndex = numberSections();
        file.forEachSymbol(symbolTable, rawSymbols::add);
        if (rawSymbols.isEmpty()) {
            throw file.malformed(symbolTable, "It lacks the null symbol.");
        }
    }

    /**
     * Reads a relocatable object.
     *
     * @throws ProblemException where the bytes are no ELF64, break the specification, or are no relocatable object
     */
    public static ElfObject read(ByteSource source) {
        ElfFile file = ElfFile.open(source);
        if (file.header().type() != ElfHeader.RELOCATABLE) {
            throw file.malformed(
                    "It is not a relocatable object (e_type " + file.header().type() + ").");
        }
        return new ElfReader(file).object();
    }

    /** Reads a relocatable object; {@code name} stands for it in messages. */
    public static ElfObject read(String name, byte[] bytes) {
        return read(ByteSource.of(name, bytes));
    }

    private static SectionHeader onlySymbolTable(ElfFile file) {
        List<SectionHeader> tables = file.sections().stream()
                .filter(section -> section.type().equals(SectionType.SYMTAB))
                .toList();
        if (tables.size() != 1) {
            throw file.malformed("It has " + tables.size() + " symbol tables instead of one.");
        }
        return tables.get(0);
    }

    private int[] numberSections() {
        int[] numbers = new int[file.sections().size()];
        int next = 0;
        for (SectionHeader section : file.sections()) {
            numbers[section.index()] = isWritersOwn(section) ? NO_SECTION : next++;
        }
        return numbers;
    }

    private boolean isWritersOwn(SectionHeader section) {
        return section.index() == 0
                || section.type().equals(SectionType.SYMTAB)
                || (section.type().equals(SectionType.SYMTAB_SHNDX) && section.link() == symbolTable.index())
                || (section.type().equals(SectionType.STRTAB)
                        && (section.index() == symbolTable.link() || section.index() == file.sectionNamesIndex()));
    }

    private ElfObject object() {
        checkContentsFitTheFile();
        List<Section> sections = new ArrayList<>();
        for (SectionHeader header : file.sections()) {
            if (modelIndex[header.index()] != NO_SECTION) {
                sections.add(section(header));
            }
        }
        List<Symbol> symbols = new ArrayList<>(rawSymbols.size());
        symbols.add(Symbol.NULL);
        boolean localsEnded = false;
        for (RawSymbol raw : rawSymbols.subList(1, rawSymbols.size())) {
            boolean isLocal = raw.binding().equals(SymbolBinding.LOCAL);
            if (isLocal && localsEnded) {
                throw file.malformed(symbolTable, "The local symbol " + raw.name() + " follows a global one.");
            }
            localsEnded |= !isLocal;
            symbols.add(symbol(raw));
        }
        return new ElfObject(file.header(), sections, symbols);
    }

    /** Sections that share bytes would let a small file fill the memory. */
    private void checkContentsFitTheFile() {
        long left = file.source().size();
        for (SectionHeader section : file.sections()) {
            if (!section.type().equals(SectionType.NOBITS) && !section.type().equals(SectionType.NULL)) {
                file.checkInside(section);
                left -= section.size();
            }
            if (left < 0) {
                throw file.malformed("Its sections overlap.");
            }
        }
    }

    private Section section(SectionHeader header) {
        if (header.alignment() != 0 && Long.bitCount(header.alignment()) != 1) {
            throw file.malformed(header, "Its alignment is not a power of two.");
        }
        return new Section(
                header.name(),
                header.type(),
                header.flags(),
                header.address(),
                header.alignment(),
                header.entrySize(),
                link(header),
                data(header));
    }

    private SectionLink link(SectionHeader header) {
        boolean impliedByType =
                header.type().equals(SectionType.RELA) || header.type().equals(SectionType.GROUP);
        if (impliedByType) {
            if (header.link() != symbolTable.index()) {
                throw file.malformed(header, "It does not refer to the symbol table.");
            }
            return SectionLink.NONE;
        }
        if (header.link() == 0) {
            return SectionLink.NONE;
        }
        if (header.link() == symbolTable.index()) {
            return new SectionLink.SymbolTable();
        }
        return new SectionLink.To(modelSection(header, header.link()));
    }

    private SectionId modelSection(SectionHeader from, int fileIndex) {
        SectionHeader section = file.sectionAt(from, fileIndex);
        if (modelIndex[section.index()] == NO_SECTION) {
            throw file.malformed(from, "It refers to section " + fileIndex + ", which no section may refer to.");
        }
        return new SectionId(modelIndex[section.index()]);
    }

    private SectionData data(SectionHeader header) {
        if (header.type().equals(SectionType.NOBITS)) {
            if (header.size() < 0) {
                throw file.malformed(header, "Its size is beyond 2^63.");
            }
            return new SectionData.NoBits(header.size());
        }
        if (header.type().equals(SectionType.RELA)) {
            return relocations(header);
        }
        if (header.type().equals(SectionType.GROUP)) {
            return group(header);
        }
        if (header.type().equals(SectionType.REL)) {
            throw file.malformed(header, "It holds relocations without addends, which are not supported.");
        }
        if (header.type().equals(SectionType.NULL) && header.size() != 0) {
            throw file.malformed(header, "It is unused, yet has a size.");
        }
        if (header.info() != 0) {
            throw file.malformed(header, "It refers to something by sh_info, which its type does not provide for.");
        }
        return new SectionData.Contents(Bytes.copyOf(file.contents(header)));
    }

    private SectionData relocations(SectionHeader header) {
        ByteBuffer bytes = file.contents(header);
        if (bytes.limit() % ElfFile.RELA_SIZE != 0) {
            throw file.malformed(header, "Its size is not a multiple of " + ElfFile.RELA_SIZE + ".");
        }
        SectionId target = modelSection(header, header.info());
        SectionHeader relocated = file.sectionAt(header, header.info());
        if (isTableOfReferences(relocated)) {
            throw file.malformed(header, "It applies to a section that cannot be relocated.");
        }
        // Their offsets count in what the section is when uncompressed.
        boolean isCompressed = (relocated.flags() & SectionFlags.COMPRESSED) != 0
                || relocated.name().startsWith(".zdebug_");
        List<Relocation> entries = new ArrayList<>(bytes.limit() / ElfFile.RELA_SIZE);
        for (int at = 0; at < bytes.limit(); at += ElfFile.RELA_SIZE) {
            long info = bytes.getLong(at + 8);
            if (!isCompressed && Long.compareUnsigned(bytes.getLong(at), relocated.size()) > 0) {
                throw file.malformed(header, "A relocation lies outside the section it applies to.");
            }
            entries.add(new Relocation(
                    bytes.getLong(at),
                    new RelocationType((int) info),
                    symbolId(header, info >>> 32),
                    bytes.getLong(at + 16)));
        }
        return new SectionData.Relocations(target, entries);
    }

    private static boolean isTableOfReferences(SectionHeader section) {
        return section.type().equals(SectionType.RELA) || section.type().equals(SectionType.GROUP);
    }

    private SymbolId symbolId(SectionHeader from, long index) {
        if (index >= rawSymbols.size()) {
            throw file.malformed(from, "It refers to symbol " + index + ", which does not exist.");
        }
        return new SymbolId((int) index);
    }

    private SectionData group(SectionHeader header) {
        ByteBuffer bytes = file.contents(header);
        if (bytes.limit() < 4 || bytes.limit() % 4 != 0) {
            throw file.malformed(header, "Its size is not that of a section group.");
        }
        List<SectionId> members = new ArrayList<>(bytes.limit() / 4 - 1);
        for (int at = 4; at < bytes.limit(); at += 4) {
            SectionId member = modelSection(header, bytes.getInt(at));
            if (file.sections().get(bytes.getInt(at)).type().equals(SectionType.GROUP)) {
                throw file.malformed(header, "It has a group as a member.");
            }
            members.add(member);
        }
        return new SectionData.Group(symbolId(header, Integer.toUnsignedLong(header.info())), bytes.getInt(0), members);
    }

    private Symbol symbol(RawSymbol raw) {
        SymbolHome home = home(raw);
        Optional<SectionId> section = home.section();
        String name = raw.name();
        if (raw.type().equals(SymbolType.SECTION)) {
            name = section.isPresent() ? file.sections().get(raw.sectionIndex()).name() : "";
        }
        return new Symbol(name, raw.type(), raw.binding(), raw.other(), raw.value(), raw.size(), home);
    }

    private SymbolHome home(RawSymbol raw) {
        if (raw.isUndefined()) {
            return new SymbolHome.Undefined();
        }
        if (!raw.reserved()) {
            // Tables that the writer makes have no section in the model; GNU as gives them no symbols.
            return new SymbolHome.InSection(modelSection(symbolTable, raw.sectionIndex()));
        }
        if (raw.sectionIndex() == RawSymbol.ABSOLUTE) {
            return new SymbolHome.Absolute();
        }
        if (raw.sectionIndex() == RawSymbol.COMMON) {
            return new SymbolHome.Common();
        }
        return new SymbolHome.Reserved(raw.sectionIndex());
    }
}
