package io.github.kpatch.livepatch;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.Architectures;
import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.intermediate.IntermediateLayout;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleInfo;
import io.github.kpatch.kernel.ModuleSignature;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a finished livepatch module is, from its own bytes, whoever made it.
 *
 * @param architecture the name of the machine it is for
 * @param info what its {@code .modinfo} says
 * @param functions the functions it replaces, by the kernel object that contains them, with their place among namesakes
 *     where it gives one: {@code version_proc_show,1}; empty where it has no table of them, as modules have that were
 *     written by hand
 * @param relocations how many places of it the livepatch core fills in, by the kernel object they wait for
 * @param signature the signature that is appended, whatever it is worth
 */
public record ModuleContents(
        String architecture,
        ModuleInfo info,
        Optional<SortedMap<KernelObject, List<String>>> functions,
        SortedMap<KernelObject, Integer> relocations,
        Optional<ModuleSignature> signature) {
    /** In finished modules of ours the table goes when it has been read. */
    private static final List<String> TABLES =
            List.of(IntermediateLayout.FUNCTIONS, ".init" + IntermediateLayout.FUNCTIONS);

    private static final int SYMPOS_AT = 32;
    private static final int NAME_AT = 40;
    private static final int OBJECT_AT = 48;

    /** First bytes of what modules are compressed by, in hexadecimal, and who takes it off. */
    private static final Map<String, String> COMPRESSIONS =
            Map.of("fd377a585a", "xz -dk", "1f8b", "gzip -dk", "28b52ffd", "zstd -d");

    private static final int MAGIC_LENGTH = 5;

    /**
     * Reads a module.
     *
     * @param where what to call it in messages
     * @throws ProblemException KP209 when it is no ELF file, KP404 or KP713 when it is malformed, KP704 when it is compressed, no
     *     livepatch, or of a machine that this version does not know
     */
    public static ModuleContents of(String where, byte[] module) {
        refuseCompressed(where, module);
        ElfFile file = ElfFile.open(ByteSource.of(where, module));
        Architecture architecture = Architectures.of(file.header().machine())
                .orElseThrow(() -> noModule(
                        where,
                        "It is for ELF machine " + file.header().machine() + ", and this version knows "
                                + Architectures.ALL.stream()
                                        .map(Architecture::name)
                                        .collect(Collectors.joining(", "))
                                + "."));
        if (file.section(".modinfo").isEmpty()) {
            throw noModule(where, "It has no .modinfo: it is no kernel module.");
        }
        ModuleInfo info = ModuleInfo.of(file);
        if (!info.isLivepatch()) {
            throw noModule(where, "It is a kernel module, but no live patch: its .modinfo does not say livepatch=Y.");
        }
        ElfObject object = ElfReader.read(where, module);
        return new ModuleContents(
                architecture.name(),
                info,
                functions(where, object),
                relocations(object),
                ModuleSignature.of(where, module));
    }

    private static void refuseCompressed(String where, byte[] module) {
        String first = HexFormat.of().formatHex(module, 0, Math.min(module.length, MAGIC_LENGTH));
        COMPRESSIONS.forEach((magic, command) -> {
            if (first.startsWith(magic)) {
                throw ProblemException.input(new Problem(
                        ProblemCode.NO_LIVEPATCH_MODULE,
                        where,
                        "The file is compressed.",
                        "Decompress it by " + command + ", and give what comes out."));
            }
        });
    }

    private static ProblemException noModule(String where, String what) {
        return ProblemException.input(ProblemCode.NO_LIVEPATCH_MODULE, where, what);
    }

    private static Optional<SortedMap<KernelObject, List<String>>> functions(String where, ElfObject object) {
        List<SectionId> tables = TABLES.stream()
                .flatMap(name -> object.sectionsNamed(name).stream())
                .toList();
        if (tables.isEmpty()) {
            return Optional.empty();
        }
        SortedMap<KernelObject, List<String>> functions = new TreeMap<>();
        for (SectionId table : tables) {
            Map<Long, Relocation> pointers = new TreeMap<>();
            object.relocationsOf(table).forEach(pointer -> pointers.put(pointer.offset(), pointer));
            ByteBuffer numbers =
                    object.section(table).bytes().buffer(object.header().order());
            for (int at = 0;
                    at + IntermediateLayout.FUNCTION_SIZE <= numbers.limit();
                    at += IntermediateLayout.FUNCTION_SIZE) {
                String name = string(where, object, pointers.get((long) at + NAME_AT));
                long sympos = numbers.getLong(at + SYMPOS_AT);
                functions
                        .computeIfAbsent(
                                KernelObject.named(string(where, object, pointers.get((long) at + OBJECT_AT))),
                                any -> new ArrayList<>())
                        .add(sympos == 0 ? name : name + "," + sympos);
            }
        }
        functions.values().forEach(names -> names.sort(null));
        return Optional.of(functions);
    }

    private static String string(String where, ElfObject object, Relocation pointer) {
        if (pointer != null) {
            Symbol symbol = object.symbol(pointer.symbol());
            long offset = symbol.value() + pointer.addend();
            Optional<Section> section = symbol.home().section().map(object::section);
            if (section.isPresent()
                    && section.get().data() instanceof SectionData.Contents
                    && offset >= 0
                    && offset < section.get().data().size()) {
                String string = section.get().bytes().stringAt((int) offset);
                if (!string.isEmpty()) {
                    return string;
                }
            }
        }
        throw ProblemException.input(
                ProblemCode.OBJECT_INVALID, where, "Its table of functions does not point to their names.");
    }

    private static SortedMap<KernelObject, Integer> relocations(ElfObject object) {
        SortedMap<KernelObject, Integer> relocations = new TreeMap<>();
        for (Section section : object.sections()) {
            if (section.data() instanceof SectionData.Relocations entries) {
                KlpNames.parseRelocations(section.name())
                        .ifPresent(klp -> relocations.merge(
                                KernelObject.named(klp.objectName()),
                                entries.entries().size(),
                                Integer::sum));
            }
        }
        return relocations;
    }
}
