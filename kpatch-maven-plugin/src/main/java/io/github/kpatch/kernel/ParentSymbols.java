package io.github.kpatch.kernel;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionHeader;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.elf.SymbolBinding;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The symbols of the kernel object (vmlinux or a module) that contains a compiled file. A livepatch module reaches the
 * kernel's local symbols by name and position, so the differ must find the very entry a source file's local symbol
 * became; the FILE symbols, which divide the table into blocks, one a source file, make that possible. Most file names
 * and many local names occur often in a vmlinux, hence every look-up is indexed.
 *
 * <p>Section symbols and undefined symbols are left out, for nothing looks them up.
 */
public final class ParentSymbols {
    /**
     * One symbol.
     *
     * @param index its place in the whole symbol table, from which the kernel derives a position in a module
     * @param name its name; for a FILE symbol the source file's name without its folder
     * @param value its address; in a module the offset in its section
     * @param size its size in bytes
     * @param type NOTYPE, OBJECT, FUNC or FILE
     * @param binding LOCAL, GLOBAL or WEAK
     * @param section index of its section in the file, or a reserved index such as {@code SHN_ABS}
     */
    public record Entry(
            int index, String name, long value, long size, SymbolType type, SymbolBinding binding, int section) {
        /** Whether it is LOCAL. */
        public boolean isLocal() {
            return binding.equals(SymbolBinding.LOCAL);
        }

        /** Whether it names a source file. */
        public boolean isFile() {
            return type.equals(SymbolType.FILE);
        }
    }

    /** A FILE symbol and the symbols after it up to the next one: what one source file contributed. */
    public final class FileBlock {
        private final Entry file;
        private final List<Entry> entries;

        private FileBlock(Entry file, List<Entry> entries) {
            this.file = file;
            this.entries = entries;
        }

        /** The FILE symbol. */
        public Entry file() {
            return file;
        }

        /** The symbols after the FILE symbol, in table order; in the table's last block all global ones too. */
        public List<Entry> entries() {
            return entries;
        }

        /** The LOCAL symbols of that name in this block, in table order. */
        public List<Entry> localsNamed(String name) {
            if (entries.isEmpty()) {
                return List.of();
            }
            int last = entries.get(entries.size() - 1).index();
            return ParentSymbols.this.localsNamed(name).stream()
                    .filter(entry -> entry.index() > file.index() && entry.index() <= last)
                    .toList();
        }

        @Override
        public String toString() {
            return file.name() + " at " + file.index();
        }
    }

    private final List<Entry> entries;
    private final Map<String, List<FileBlock>> blocks = new HashMap<>();
    private final Map<String, List<Entry>> locals;
    private final Map<String, List<Entry>> globals;

    private ParentSymbols(List<Entry> entries) {
        this.entries = List.copyOf(entries);
        this.locals = new HashMap<>(entries.size() * 2);
        this.globals = new HashMap<>(entries.size() * 2);
        int block = -1;
        for (int i = 0; i < this.entries.size(); i++) {
            Entry entry = this.entries.get(i);
            if (entry.isFile()) {
                addBlock(block, i);
                block = i;
            } else {
                (entry.isLocal() ? locals : globals)
                        .computeIfAbsent(entry.name(), name -> new ArrayList<>(1))
                        .add(entry);
            }
        }
        addBlock(block, this.entries.size());
    }

    /**
     * The symbols of a kernel object as it is shipped, where no FILE symbol says which source file a local symbol is of.
     *
     * @param entries in the order in which livepatch counts symbols of one name
     */
    public static ParentSymbols withoutFiles(List<Entry> entries) {
        return new ParentSymbols(entries);
    }

    private ParentSymbols withFiles(String where) {
        if (blocks.isEmpty()) {
            throw missing(where, "Its symbol table has no FILE symbols, so local symbols cannot be told apart.");
        }
        return this;
    }

    private void addBlock(int file, int end) {
        if (file >= 0) {
            Entry entry = entries.get(file);
            blocks.computeIfAbsent(entry.name(), name -> new ArrayList<>(1))
                    .add(new FileBlock(entry, entries.subList(file + 1, end)));
        }
    }

    static ProblemException missing(String where, String what) {
        return ProblemException.input(ProblemCode.SYMBOLS_MISSING, where, what);
    }

    /**
     * Reads either form: an ELF file with a symbol table, or the text of {@code readelf --symbols --wide}.
     *
     * @throws ProblemException as {@link #of} and {@link #ofText} do
     */
    public static ParentSymbols read(ByteSource source) {
        boolean elf = source.size() >= 4 && source.read(0, 4).getInt(0) == 0x7f454c46;
        return elf ? of(ElfFile.open(source)) : ofText(source.name(), allBytes(source));
    }

    private static byte[] allBytes(ByteSource source) {
        if (source.size() > Integer.MAX_VALUE - 8) {
            throw missing(source.name(), "It is neither ELF nor the text of a symbol table.");
        }
        ByteBuffer buffer = source.read(0, (int) source.size());
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /**
     * The symbols of an ELF file.
     *
     * @throws ProblemException with {@link ProblemCode#SYMBOLS_MISSING} when it has no symbol table or no FILE symbols,
     *     {@link ProblemCode#ELF_MALFORMED} when the table breaks the specification or holds what no kernel object has
     */
    public static ParentSymbols of(ElfFile file) {
        return new ParentSymbols(entries(file)).withFiles(file.name());
    }

    /**
     * The entries of an ELF file's symbol table, with or without FILE symbols among them.
     *
     * @throws ProblemException as {@link #of} does
     */
    public static List<Entry> entries(ElfFile file) {
        SectionHeader table = file.section(SectionType.SYMTAB)
                .orElseThrow(() -> missing(file.name(), "It has no symbol table: it was stripped."));
        List<Entry> entries = new ArrayList<>();
        int[] index = {0};
        file.forEachSymbol(table, symbol -> {
            int position = index[0]++;
            if (symbol.isUndefined() || symbol.type().equals(SymbolType.SECTION)) {
                return;
            }
            if (!SymbolTableText.TYPES.containsValue(symbol.type())
                    || !SymbolTableText.BINDINGS.containsValue(symbol.binding())) {
                throw ProblemException.input(
                        ProblemCode.ELF_MALFORMED,
                        file.name() + ", symbol " + position + " (" + symbol.name() + ")",
                        "It has type " + symbol.type() + " and binding " + symbol.binding()
                                + ", which no symbol of a kernel has.");
            }
            entries.add(new Entry(
                    position,
                    symbol.name(),
                    symbol.value(),
                    symbol.size(),
                    symbol.type(),
                    symbol.binding(),
                    symbol.sectionIndex()));
        });
        return entries;
    }

    /**
     * The symbols in the text of {@code readelf --symbols --wide}, which {@link #toText()} writes too.
     *
     * @param where what to call the text in messages
     * @throws ProblemException with {@link ProblemCode#SYMBOLS_MISSING} when it is cut short, holds no symbol table or
     *     no FILE symbols, or something that no kernel object has
     */
    public static ParentSymbols ofText(String where, byte[] text) {
        return new ParentSymbols(new SymbolTableText(where, text).entries()).withFiles(where);
    }

    /** The table as text that {@link #ofText} reads back to the same symbols; every line ends in a line feed. */
    public byte[] toText() {
        return SymbolTableText.write(entries);
    }

    /** All symbols, FILE symbols included, in table order. */
    public List<Entry> entries() {
        return entries;
    }

    /** The blocks of all source files of that name (the name alone, no folder), in table order. */
    public List<FileBlock> blocksNamed(String fileName) {
        return Collections.unmodifiableList(blocks.getOrDefault(fileName, List.of()));
    }

    /** The LOCAL symbols of that name in the whole table, in table order; FILE symbols are not among them. */
    public List<Entry> localsNamed(String name) {
        return Collections.unmodifiableList(locals.getOrDefault(name, List.of()));
    }

    /** The GLOBAL and WEAK symbols of that name, in table order. */
    public List<Entry> globalsNamed(String name) {
        return Collections.unmodifiableList(globals.getOrDefault(name, List.of()));
    }
}
