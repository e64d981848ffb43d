package io.github.kpatch.kernelimage;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.ElfHeader;
import io.github.kpatch.elf.RawSymbol;
import io.github.kpatch.elf.RelocationType;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionHeader;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.elf.SymbolBinding;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.kernel.KernelIdentity;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A kernel object as it is shipped: the kernel of a boot image, or a module. Its code says what no symbol table without
 * FILE symbols can say: which of several symbols of one name a function refers to, for there the linker has written it.
 *
 * <p>Every byte has an address. In the kernel that is the byte's own; the sections of a module, which get theirs when
 * they are loaded, are given stretches that lie apart.
 */
public final class LinkedObject {
    private static final int ELF_MAGIC = 0x7f454c46;
    private static final int MODULE_SECTION_SHIFT = 32;
    private static final int LONGEST_BANNER = 4096;
    private static final int RELA_SIZE = 24;
    /** Nobody asks in which section a kernel's symbol is, only whether it is in one. */
    private static final int ANY_SECTION = 1;

    private final ElfFile file;
    private final boolean module;
    private final ParentSymbols symbols;
    private final NavigableMap<Long, SectionHeader> sections = new TreeMap<>(Long::compareUnsigned);
    private final Map<Long, List<ParentSymbols.Entry>> byAddress = new HashMap<>();
    private final Map<Long, Reference> references = new HashMap<>();

    private LinkedObject(ElfFile file, boolean module, ParentSymbols symbols) {
        this.file = file;
        this.module = module;
        this.symbols = symbols;
        for (SectionHeader section : file.sections()) {
            if ((section.flags() & SectionFlags.ALLOC) != 0 && section.size() > 0) {
                sections.put(start(section), section);
            }
        }
        for (ParentSymbols.Entry entry : symbols.entries()) {
            byAddress
                    .computeIfAbsent(address(entry), address -> new ArrayList<>(1))
                    .add(entry);
        }
    }

    /**
     * What a relocation of a module says, which the module loader will resolve.
     *
     * @param symbol name of what it refers to; empty for a section
     * @param address where that is; empty where another kernel object defines it
     * @param addend what is added to it
     */
    public record Reference(String symbol, Optional<Long> address, RelocationType type, long addend) {}

    /**
     * Whether a file is a kernel object as it is shipped: a boot image, a vmlinux without symbol table, or a module
     * without FILE symbols.
     */
    public static boolean isShipped(ByteSource source) {
        boolean elf =
                source.size() >= Integer.BYTES && source.read(0, Integer.BYTES).getInt(0) == ELF_MAGIC;
        if (!elf) {
            return BootImage.isAt(source);
        }
        ElfFile file = ElfFile.open(source);
        if (file.section(SectionType.SYMTAB).isEmpty()) {
            return file.header().type() != ElfHeader.RELOCATABLE;
        }
        return file.header().type() == ElfHeader.RELOCATABLE
                && ParentSymbols.entries(file).stream().noneMatch(ParentSymbols.Entry::isFile);
    }

    /**
     * The kernel object in a file that {@link #isShipped}.
     *
     * @param where what to call the file in messages
     * @throws ProblemException with the codes of {@link BootImage#unpack}, {@link #kernel} and {@link #module}
     */
    public static LinkedObject read(String where, byte[] bytes) {
        ByteSource source = ByteSource.of(where, bytes);
        if (BootImage.isAt(source)) {
            return kernel(ElfFile.open(ByteSource.of(where, unpacked(where, bytes))));
        }
        ElfFile file = ElfFile.open(source);
        return file.header().type() == ElfHeader.RELOCATABLE ? module(file) : kernel(file);
    }

    private static byte[] unpacked(String where, byte[] image) {
        ByteArrayOutputStream kernel = new ByteArrayOutputStream();
        try {
            BootImage.unpack(where, image, kernel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return kernel.toByteArray();
    }

    /**
     * A kernel.
     *
     * @param vmlinux may be stripped
     * @throws ProblemException with {@link ProblemCode#KALLSYMS_UNREADABLE} as {@link Kallsyms#of} does
     */
    public static LinkedObject kernel(ElfFile vmlinux) {
        List<Kallsyms.Symbol> table = Kallsyms.of(vmlinux);
        List<ParentSymbols.Entry> entries = new ArrayList<>(table.size());
        for (int i = 0; i < table.size(); i++) {
            Kallsyms.Symbol symbol = table.get(i);
            boolean number = Character.toLowerCase(symbol.type()) == 'a';
            entries.add(new ParentSymbols.Entry(
                    i,
                    symbol.name(),
                    symbol.address(),
                    0,
                    type(symbol),
                    binding(symbol),
                    number ? RawSymbol.ABSOLUTE : ANY_SECTION));
        }
        return new LinkedObject(vmlinux, false, ParentSymbols.withoutFiles(entries));
    }

    private static SymbolType type(Kallsyms.Symbol symbol) {
        return switch (Character.toLowerCase(symbol.type())) {
            case 't', 'w' -> SymbolType.FUNC;
            default -> SymbolType.OBJECT;
        };
    }

    private static SymbolBinding binding(Kallsyms.Symbol symbol) {
        return switch (symbol.type()) {
            case 'w', 'W', 'v', 'V' -> SymbolBinding.WEAK;
            default -> Character.isLowerCase(symbol.type()) ? SymbolBinding.LOCAL : SymbolBinding.GLOBAL;
        };
    }

    /**
     * A module.
     *
     * @param file as shipped: with its symbol table and its relocations
     * @throws ProblemException with {@link ProblemCode#SYMBOLS_MISSING} or {@link ProblemCode#ELF_MALFORMED} as {@link
     *     ParentSymbols#entries} does, the latter too where a relocation breaks the specification
     */
    public static LinkedObject module(ElfFile file) {
        LinkedObject object = new LinkedObject(file, true, ParentSymbols.withoutFiles(ParentSymbols.entries(file)));
        List<RawSymbol> table = new ArrayList<>();
        file.forEachSymbol(file.section(SectionType.SYMTAB).orElseThrow(), table::add);
        for (SectionHeader section : file.sections()) {
            if (section.type().equals(SectionType.RELA)) {
                object.readReferences(section, table);
            }
        }
        return object;
    }

    private void readReferences(SectionHeader relocations, List<RawSymbol> table) {
        int target = relocations.info();
        if (target <= 0 || target >= file.sections().size()) {
            throw malformed(relocations, "It applies to a section that does not exist.");
        }
        long base = start(file.sections().get(target));
        ByteBuffer entries = file.contents(relocations);
        for (int at = 0; at + RELA_SIZE <= entries.limit(); at += RELA_SIZE) {
            int symbol = entries.getInt(at + 12);
            if (symbol < 0 || symbol >= table.size()) {
                throw malformed(relocations, "It refers to a symbol that does not exist.");
            }
            RawSymbol to = table.get(symbol);
            Optional<Long> address = to.isUndefined() || to.reserved()
                    ? Optional.empty()
                    : Optional.of(start(file.sections().get(to.sectionIndex())) + to.value());
            references.put(
                    base + entries.getLong(at),
                    new Reference(
                            to.name(), address, new RelocationType(entries.getInt(at + 8)), entries.getLong(at + 16)));
        }
    }

    private ProblemException malformed(SectionHeader section, String what) {
        return ProblemException.input(
                ProblemCode.ELF_MALFORMED,
                file.name() + ", section " + section.index() + " (" + section.name() + ")",
                what);
    }

    private long start(SectionHeader section) {
        return module ? (long) section.index() << MODULE_SECTION_SHIFT : section.address();
    }

    /**
     * Its symbols, none of them a FILE symbol, in the order in which livepatch counts those of one name. A kernel's have
     * no size; its variables that each processor has a copy of are absolute, and global whether they are or not.
     */
    public ParentSymbols symbols() {
        return symbols;
    }

    /** The file, unpacked. */
    public ElfFile file() {
        return file;
    }

    /**
     * Which build a kernel is.
     *
     * @throws ProblemException with {@link ProblemCode#INPUT_MISSING} when it has no banner
     */
    public KernelIdentity identity() {
        String banner = symbols.globalsNamed("linux_banner").stream()
                .findFirst()
                .map(entry -> text(bytes(address(entry), LONGEST_BANNER)))
                .orElse("");
        return KernelIdentity.of(file, banner);
    }

    private static String text(ByteBuffer bytes) {
        StringBuilder text = new StringBuilder();
        while (bytes.hasRemaining() && bytes.get(bytes.position()) != 0) {
            text.append((char) (bytes.get() & 0xff));
        }
        return text.toString();
    }

    /** The address of a symbol. */
    public long address(ParentSymbols.Entry entry) {
        return module ? ((long) entry.section() << MODULE_SECTION_SHIFT) + entry.value() : entry.value();
    }

    /** The symbols at an address, in table order. */
    public List<ParentSymbols.Entry> at(long address) {
        return byAddress.getOrDefault(address, List.of());
    }

    /**
     * The bytes from {@code address}, in the object's byte order.
     *
     * @return as many as asked for, or fewer where the section ends; none where no section with contents is
     */
    public ByteBuffer bytes(long address, int length) {
        Map.Entry<Long, SectionHeader> section = sections.floorEntry(address);
        if (section == null || section.getValue().type().equals(SectionType.NOBITS)) {
            return ByteBuffer.allocate(0);
        }
        long offset = address - section.getKey();
        long left = section.getValue().size() - offset;
        if (offset < 0 || left <= 0) {
            return ByteBuffer.allocate(0);
        }
        file.checkInside(section.getValue());
        return file.source()
                .read(section.getValue().offset() + offset, (int) Math.min(length, left))
                .order(file.header().order());
    }

    /** The relocation of the field at {@code address}; none in a kernel, where all are resolved. */
    public Optional<Reference> referenceAt(long address) {
        return Optional.ofNullable(references.get(address));
    }
}
