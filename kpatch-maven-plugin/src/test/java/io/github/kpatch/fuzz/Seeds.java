package io.github.kpatch.fuzz;

import io.github.kpatch.elf.ElfHeader;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.ElfWriter;
import io.github.kpatch.host.Folders;
import io.github.kpatch.testing.Corpus;
import io.github.kpatch.testing.KernelFlags;
import io.github.kpatch.testing.NativeTools;
import io.github.kpatch.testing.RpmTools;
import io.github.kpatch.testing.TestImages;
import io.github.kpatch.testing.ToyVmlinux;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * What the fuzzer begins with: real objects. Each source in {@code src/test/resources/fuzz} is a small kernel file that
 * uses one part of what the engine knows, compiled here as original and, with {@code PATCHED} set, as patched object; to
 * these come the smallest pairs of the corpus of Debian stable fixes. Comments in a source say what its kernel is like.
 */
final class Seeds {
    private static final Path SOURCES = Path.of("src", "test", "resources", "fuzz");
    private static final int FROM_CORPUS = 10;
    private static final int LONGEST_SCRIPT = 64;
    private static final int EDITED_KERNELS = 16;
    private static final List<List<String>> PACKERS = List.of(
            List.of("gzip", "-nc"),
            List.of("xz", "--check=crc32", "-c"),
            List.of("lzma", "-c"),
            List.of("bzip2", "-c"),
            List.of("zstd", "-qc"));

    private static final String SPEC = """
            %%define _binary_payload %1$s
            %%define _source_payload %1$s
            %%define _build_id_links none
            Name: kernel-core
            Version: 5.14.0
            Release: 427.el9
            Summary: a test
            License: GPLv2
            Patch1: a.patch
            %%description
            A test.
            %%install
            mkdir -p %%{buildroot}/usr/lib/x
            echo one > %%{buildroot}/usr/lib/x/a
            ln %%{buildroot}/usr/lib/x/a %%{buildroot}/usr/lib/x/b
            ln -s a %%{buildroot}/usr/lib/x/c
            %%files
            /usr/lib/x
            """;

    private final Path folder;

    private Seeds(Path folder) {
        this.folder = folder;
    }

    /** Where the pairs are. */
    Path pairs() {
        return folder.resolve("pairs");
    }

    /** Where the first inputs of the ELF reader are. */
    Path objects() {
        return folder.resolve("objects");
    }

    /** Where the first inputs of the differ are. */
    Path scripts() {
        return folder.resolve("scripts");
    }

    /** Where the kernels are. */
    Path kernels() {
        return folder.resolve("kernels");
    }

    /** Where the first edits of kernels are. */
    Path kernelScripts() {
        return folder.resolve("kernel-scripts");
    }

    /** Where the RPM packages are. */
    Path packages() {
        return folder.resolve("packages");
    }

    /** Makes all of them anew below {@code folder}. */
    static Seeds in(Path folder) throws IOException {
        Folders.delete(folder);
        Seeds seeds = new Seeds(folder);
        Folders.make(seeds.objects());
        Folders.make(seeds.scripts());
        seeds.compile();
        seeds.copySmallest();
        seeds.writeObjects();
        seeds.writeScripts();
        seeds.writeKernels();
        seeds.writePackages();
        return seeds;
    }

    /** Makes the pairs that are compiled here, nothing else, anew below {@code folder}. */
    static Seeds compiledIn(Path folder) throws IOException {
        Folders.delete(folder);
        Seeds seeds = new Seeds(folder);
        seeds.compile();
        return seeds;
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }

    private void compile() throws IOException {
        for (Path source : entries(SOURCES)) {
            Path pair =
                    Folders.make(pairs().resolve(source.getFileName().toString().replace('.', '-')));
            List<String> comments = Files.readAllLines(source).stream()
                    .filter(line -> line.startsWith("//"))
                    .map(line -> line.substring(2).strip())
                    .toList();
            compile(source, pair, "original.o", "0", comments);
            compile(source, pair, "patched.o", "1", comments);
            List<String> exports = fact(comments, "exports:").stream()
                    .map(export -> export.split("[=:]"))
                    .map(parts -> parts[0] + "\t" + parts[1] + "\tEXPORT_SYMBOL\t" + (parts.length > 2 ? parts[2] : ""))
                    .toList();
            SeedPair.describe(
                    pair,
                    fact(comments, "parent:").stream().findFirst().orElse("vmlinux"),
                    comments.contains("klp-arch"),
                    exports,
                    fact(comments, "sizes:"));
        }
    }

    private static List<String> fact(List<String> comments, String key) {
        return comments.stream()
                .filter(comment -> comment.startsWith(key))
                .flatMap(comment ->
                        Stream.of(comment.substring(key.length()).strip().split(" +")))
                .toList();
    }

    private static void compile(Path source, Path pair, String object, String patched, List<String> comments)
            throws IOException {
        boolean assembler = source.toString().endsWith(".s");
        Path unit = pair.resolve(assembler ? "unit.s" : "unit.c");
        Files.writeString(unit, Files.readString(source).replace("PATCHED", patched));
        List<String> command = new ArrayList<>(List.of("gcc", "-c"));
        if (!assembler) {
            command.addAll(KernelFlags.CODE);
            command.addAll(KernelFlags.FTRACE);
        }
        command.addAll(fact(comments, "flags:"));
        command.addAll(List.of("-o", object, unit.getFileName().toString()));
        NativeTools.run(pair, command.toArray(String[]::new));
        Files.delete(unit);
    }

    private void copySmallest() throws IOException {
        List<Path> smallest = entries(Corpus.folder()).stream()
                .filter(entry -> Files.exists(entry.resolve("patched.o")))
                .sorted(Comparator.comparingLong(
                        entry -> entry.resolve("original.o").toFile().length()))
                .limit(FROM_CORPUS)
                .toList();
        for (Path pair : smallest) {
            Path copy = Folders.make(pairs().resolve(pair.getFileName()));
            for (String object : List.of("original.o", "patched.o")) {
                Files.copy(pair.resolve(object), copy.resolve(object));
            }
            SeedPair.describe(copy, "vmlinux", false, List.of(), List.of());
        }
    }

    private void writeObjects() throws IOException {
        for (Path pair : entries(pairs())) {
            byte[] object = Files.readAllBytes(pair.resolve("patched.o"));
            Files.write(objects().resolve(pair.getFileName()), object);
        }
        int outputs = 0;
        for (SeedPair pair : SeedPair.in(pairs())) {
            if (pair.output().isPresent()) {
                Path place = objects().resolve("intermediate-" + outputs++);
                Files.write(place, ElfWriter.write(pair.output().get()));
            }
        }
        ElfObject small = ElfReader.read(
                "patched.o", Files.readAllBytes(pairs().resolve("groups-s").resolve("patched.o")));
        ElfHeader big = ElfHeader.relocatable(ByteOrder.BIG_ENDIAN, 22, 0);
        byte[] bigEndian = ElfWriter.write(new ElfObject(big, small.sections(), small.symbols()));
        Files.write(objects().resolve("big-endian"), bigEndian);
        Files.write(objects().resolve("extended-numbering"), extended(ElfWriter.write(small)));
        Files.writeString(
                objects().resolve("symbols"), String.join("\n", SeedPair.table(small)), StandardCharsets.ISO_8859_1);
        Files.writeString(objects().resolve("symbols-with-heading"), """

                Symbol table '.dynsym' contains 1 entries:
                   Num:    Value          Size Type    Bind   Vis      Ndx Name
                     0: 0000000000000000     0 NOTYPE  LOCAL  DEFAULT  UND

                Symbol table '.symtab' contains 4 entries:
                   Num:    Value          Size Type    Bind   Vis      Ndx Name
                     0: 0000000000000000     0 NOTYPE  LOCAL  DEFAULT  UND
                     1: 0000000000000000     0 FILE    LOCAL  DEFAULT  ABS unit.c
                     2: c000000000000010  0x20 FUNC    GLOBAL DEFAULT [<localentry>: 8]     2 f
                     3: c000000000000030     8 OBJECT  WEAK   DEFAULT  COM o
                """);
        writeKernel(small);
        Files.writeString(objects().resolve("exports"), "0x12345678\tf\tvmlinux\tEXPORT_SYMBOL\tSPACE\n");
        Files.writeString(objects().resolve("exports-of-5.4"), "0x12345678\tf\tSPACE\tvmlinux\tEXPORT_SYMBOL_GPL\n");
    }

    /** A kernel of one object, stripped, and the same in a boot image. */
    private void writeKernel(ElfObject object) throws IOException {
        Path work = Folders.make(folder.resolve("kernel"));
        Files.write(work.resolve("object.o"), ElfWriter.write(object));
        byte[] vmlinux = Files.readAllBytes(ToyVmlinux.link(work, "object.o"));
        Files.write(objects().resolve("vmlinux"), vmlinux);
        NativeTools.run(work, "gzip", "-n", "vmlinux");
        Files.write(
                objects().resolve("vmlinuz"),
                TestImages.of(Files.readAllBytes(work.resolve("vmlinux.gz")), vmlinux.length));
    }

    /** A kernel with type information, its table of symbols in each form, and edits at random. */
    private void writeKernels() throws IOException {
        Folders.make(kernels());
        Folders.make(kernelScripts());
        List<ToyVmlinux.Form> forms = List.of(
                ToyVmlinux.Form.OF_6_1,
                ToyVmlinux.Form.OF_7_0,
                new ToyVmlinux.Form(true, false, false, 8, false),
                new ToyVmlinux.Form(false, false, true, 4, false));
        for (int form = 0; form < forms.size(); form++) {
            Path work = Folders.make(folder.resolve("kernel-" + form));
            NativeTools.compile(work, "unit", """
                    struct alt_instr { int a, b; short c; char d, e; } alt;
                    struct bug_entry { int a; short b, c; } bug;
                    static int helper(int x) { return x + alt.a; }
                    int (*pointer)(int) = helper;
                    int entry(int x) { return pointer(x) + bug.a; }
                    """, "-fno-pie", "-gbtf");
            Path vmlinux = ToyVmlinux.link(work, forms.get(form), "unit.o");
            Files.copy(vmlinux, kernels().resolve("vmlinux-" + form));
        }
        Path work = folder.resolve("kernel-0");
        int size = (int) Files.size(work.resolve("vmlinux"));
        for (List<String> packer : PACKERS) {
            List<String> command = new ArrayList<>(packer);
            command.add("vmlinux");
            byte[] packed =
                    NativeTools.run(work, command.toArray(String[]::new)).out().getBytes(StandardCharsets.ISO_8859_1);
            Files.write(kernels().resolve("vmlinuz-" + packer.get(0)), TestImages.of(packed, size));
        }
        int count = entries(kernels()).size();
        for (int kernel = 0; kernel < count; kernel++) {
            byte[] plain = {(byte) kernel};
            Files.write(kernelScripts().resolve("" + kernel), plain);
            for (int i = 0; i < EDITED_KERNELS; i++) {
                byte[] edits = edits(new Random(kernel * 32L + i));
                byte[] script = Arrays.copyOf(plain, plain.length + edits.length);
                System.arraycopy(edits, 0, script, plain.length, edits.length);
                Files.write(kernelScripts().resolve(kernel + "-" + i), script);
            }
        }
    }

    private void writePackages() throws IOException {
        Folders.make(packages());
        for (String payload : List.of("w9.gzdio", "w7.xzdio", "w19.zstdio", "w.ufdio")) {
            Path work = Folders.make(folder.resolve("rpm-" + payload)).toAbsolutePath();
            Files.writeString(work.resolve("a.patch"), "--- a\n");
            Path source = RpmTools.source(work, SPEC.formatted(payload));
            Files.copy(source, packages().resolve("source-" + payload));
            Path binary = RpmTools.build(work, SPEC.formatted(payload)).get(0);
            Files.copy(binary, packages().resolve("binary-" + payload));
        }
    }

    /** The same object with its numbers where files of more than 65,279 sections have them. */
    private static byte[] extended(byte[] object) {
        ByteBuffer file = ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN);
        int headers = (int) file.getLong(40);
        int count = file.getShort(60);
        int names = file.getShort(62);
        file.putShort(60, (short) 0).putShort(62, (short) -1);
        file.putLong(headers + 32, count + 1L).putInt(headers + 40, names);
        int symbols = headers;
        while (file.getInt(symbols + 4) != 2) {
            symbols += 64;
        }
        int offset = (int) file.getLong(symbols + 24);
        int number = (int) (file.getLong(symbols + 32) / 24);
        byte[] grown = Arrays.copyOf(object, object.length + 64 + 4 * number);
        ByteBuffer out = ByteBuffer.wrap(grown).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < number; i++) {
            int at = offset + 24 * i + 6;
            if (out.getShort(at) > 0) {
                out.putInt(object.length + 64 + 4 * i, out.getShort(at));
                out.putShort(at, (short) -1);
            }
        }
        int table = object.length;
        out.putInt(table + 4, 18).putLong(table + 24, table + 64).putLong(table + 32, 4L * number);
        out.putInt(table + 40, (symbols - headers) / 64).putLong(table + 48, 4).putLong(table + 56, 4);
        return grown;
    }

    /**
     * Each pair in each way of looking at it and with each kind of edit, and with some edits at random, of which the fuzzer
     * learns how long they are.
     */
    private void writeScripts() throws IOException {
        int count = entries(pairs()).size();
        for (int pair = 0; pair < count; pair++) {
            for (int flags = 0; flags <= DifferTarget.TABLE_OF_EDITED; flags = flags == 0 ? 1 : flags * 2) {
                write(pair + "-" + flags, pair, flags);
                write(pair + "-" + flags + "-edited", pair, flags, edits(new Random(pair * 32L + flags)));
            }
            for (int kind = 0; kind < DifferTarget.KINDS; kind++) {
                write(pair + "-kind-" + kind, pair, 0, (byte) kind, (byte) pair);
            }
        }
    }

    private static byte[] edits(Random random) {
        byte[] edits = new byte[LONGEST_SCRIPT >> random.nextInt(5)];
        random.nextBytes(edits);
        return edits;
    }

    private void write(String name, int pair, int flags, byte... edits) throws IOException {
        byte[] script = new byte[2 + edits.length];
        script[0] = (byte) pair;
        script[1] = (byte) flags;
        System.arraycopy(edits, 0, script, 2, edits.length);
        Files.write(scripts().resolve(name), script);
    }
}
