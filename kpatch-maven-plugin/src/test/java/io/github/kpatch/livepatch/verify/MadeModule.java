package io.github.kpatch.livepatch.verify;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.diff.CorpusRun;
import io.github.kpatch.diff.DiffObject;
import io.github.kpatch.diff.DiffOutcome;
import io.github.kpatch.diff.DiffTarget;
import io.github.kpatch.diff.ObjectPair;
import io.github.kpatch.diff.Scenario;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.kernel.TableSetup;
import io.github.kpatch.livepatch.CheckModule;
import io.github.kpatch.livepatch.FinishModule;
import io.github.kpatch.livepatch.ModuleFolder;
import io.github.kpatch.livepatch.ModuleRequirements;
import io.github.kpatch.livepatch.PatchUnit;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A finished module, linked by the host's tools as kbuild would, with all that is needed to judge it.
 *
 * @param name what to call it
 * @param module the finished module
 * @param parts what it was made of
 * @param running what is known of its kernel
 * @param required what its kernel asks of a module
 */
record MadeModule(String name, Bytes module, CompiledParts parts, RunningKernel running, ModuleRequirements required) {
    private static final KernelRelease RELEASE = new KernelRelease("6.1.0-53-amd64");
    private static final String VERMAGIC = "6.1.0-53-amd64 SMP preempt mod_unload modversions ";

    /** Unwind data of the module's own code, in the place of objtool's. */
    private static final String OF_OBJTOOL = "extern int init_module(void);"
            + "asm(\".section .orc_unwind_ip,\\\"a\\\"; .long init_module - .;"
            + ".section .orc_unwind,\\\"a\\\"; .zero 6; .text\");";

    /** What the C library offers in place of the kernel to the module's own source, as the test compiles it. */
    private static final String OF_STAND_INS = "0x33333333\tprintf\tvmlinux\tEXPORT_SYMBOL\t\n";

    private static final String OF_SMALL_KERNEL = """
            0x11111111\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t
            0x22222222\tklp_enable_patch\tvmlinux\tEXPORT_SYMBOL_GPL\t
            0x44444444\tstrcmp\tvmlinux\tEXPORT_SYMBOL\t
            0x55555555\t__fentry__\tvmlinux\tEXPORT_SYMBOL\t
            0x66666666\tlog_it\tvmlinux\tEXPORT_SYMBOL\t
            0x77777777\tschedule_it\tvmlinux\tEXPORT_SYMBOL\t
            """;

    /** Two functions with statics of one name, an entry of the table of exceptions, and a hidden function. */
    private static final String OF_KERNEL = """
            struct klp_object;
            extern int log_it(const char *, ...);
            static __attribute__((noinline)) int hidden(int x) { return log_it("hidden %%d", x); }
            int first(int x) { static int count = 1; count += x; return hidden(count); }
            int second(int x) {
                static int count = 2;
                asm volatile("1: nop; 2: .pushsection __ex_table, \\"a\\"; .long 1b - ., 2b - ., 3; .popsection");
                count += 2 * x;
                return hidden(count) + %s;
            }
            int third(int x) { return first(second(x)); }
            int apart(int x) { return x + 4; }
            """;

    private static final String CALLBACKS = """
            static int before(struct klp_object *object) { return log_it("before"); }
            static void after(struct klp_object *object) { log_it("after"); }
            static struct { int (*run)(struct klp_object *); char *name; } __UNIQUE_ID_before
                __attribute__((used, section(".kpatch.callbacks.pre_patch"))) = { before };
            static struct { void (*run)(struct klp_object *); char *name; } __UNIQUE_ID_after
                __attribute__((used, section(".kpatch.callbacks.post_unpatch"))) = { after };
            int added(int x) { return log_it("added %d", x) + 7; }
            """;

    private static final String OF_MODULE = """
            extern int log_it(const char *, ...);
            extern int added(int);
            static int state;
            int fourth(int x) { state += x; return log_it("%%d", state) + %s; }
            """;

    /** A pair of the corpus. */
    static CompiledUnit unit(CorpusRun run, Path pair) throws IOException {
        return new CompiledUnit(
                pair.getFileName().toString().replace("__", "/") + ".o",
                run.target(pair).parent(),
                CorpusRun.read(pair, "original.o"),
                CorpusRun.read(pair, "patched.o"));
    }

    /**
     * Links the module of a pair of the corpus.
     *
     * @param folder an empty one
     * @return empty where the differ finds nothing to patch or refuses
     */
    static Optional<MadeModule> ofCorpus(CorpusRun run, Path pair, Path folder) throws IOException {
        DiffTarget target = run.target(pair);
        CompiledUnit unit = unit(run, pair);
        try {
            if (run.diff(pair) instanceof DiffOutcome.Changed changed) {
                String exports = Files.readString(pair.resolveSibling("Module.symvers"), StandardCharsets.ISO_8859_1);
                return Optional.of(linked(
                        pair.getFileName().toString(),
                        folder,
                        List.of(unit),
                        List.of(changed.output()),
                        exports,
                        new RunningKernel(
                                any -> target.symbols(),
                                any -> Optional.empty(),
                                target.symvers(),
                                target.structSizes(),
                                target.tableSetup())));
            }
        } catch (ProblemException notInTheKernel) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    /** The patched kernel's part of {@link #ofSources} with one change more. */
    static ElfObject withAnotherChange() {
        String patched = OF_KERNEL.formatted("x").replace("x + 4", "x + 5");
        return Scenario.of("", patched + CALLBACKS).compilePatched();
    }

    /** Links the module of two small sources, one of vmlinux and one of a module, with callbacks and code for each other. */
    static MadeModule ofSources(Path folder) throws IOException {
        Map<KernelObject, Scenario> sources = Map.of(
                KernelObject.VMLINUX,
                Scenario.of(OF_KERNEL.formatted("0"), OF_KERNEL.formatted("x") + CALLBACKS),
                KernelObject.named("some_mod"),
                Scenario.of(OF_MODULE.formatted("0"), OF_MODULE.formatted("added(x)"))
                        .parent("some_mod"));
        ModuleSymvers symvers =
                ModuleSymvers.parse("Module.symvers", OF_SMALL_KERNEL.getBytes(StandardCharsets.US_ASCII));
        StructSizes sizes = StructSizes.parse("sizes", "orc_entry=6,exception_table_entry=12");
        Map<KernelObject, ParentSymbols> symbols = new HashMap<>();
        List<CompiledUnit> units = new ArrayList<>();
        List<ElfObject> outputs = new ArrayList<>();
        for (KernelObject parent : sources.keySet().stream().sorted().toList()) {
            Scenario source = sources.get(parent);
            CompiledUnit unit = new CompiledUnit(
                    parent.name() + "/unit.o", parent, source.compileOriginal(), source.compilePatched());
            symbols.put(parent, source.target(unit.original()).symbols());
            DiffTarget target =
                    new DiffTarget(parent, symbols.get(parent), symvers, sizes, TableSetup.BY_LOADER, Optional.empty());
            DiffOutcome outcome = DiffObject.run(new ObjectPair(unit.path(), unit.original(), unit.patched()), target);
            units.add(unit);
            outputs.add(((DiffOutcome.Changed) outcome).output());
        }
        return linked(
                "two sources",
                folder,
                units,
                outputs,
                OF_SMALL_KERNEL,
                new RunningKernel(symbols::get, any -> Optional.empty(), symvers, sizes, TableSetup.BY_LOADER));
    }

    private static MadeModule linked(
            String name,
            Path folder,
            List<CompiledUnit> units,
            List<ElfObject> intermediates,
            String exports,
            RunningKernel running) {
        List<PatchUnit> patch = new ArrayList<>();
        for (int i = 0; i < units.size(); i++) {
            patch.add(new PatchUnit(units.get(i).path(), intermediates.get(i)));
        }
        ModuleSymvers symvers =
                ModuleSymvers.parse("Module.symvers", (exports + OF_STAND_INS).getBytes(StandardCharsets.ISO_8859_1));
        Path linked = new ModuleFolder(folder).link(ModuleFolder.description("x", true), ModuleFolder.MODERN, patch);
        NativeTools.compile(folder, "mod", ofModpost(ElfReader.read("linked", NativeTools.bytes(linked)), symvers));
        NativeTools.compile(folder, "objtool", OF_OBJTOOL);
        NativeTools.run(folder, "ld", "-r", "-o", "module.ko", linked.toString(), "mod.o", "objtool.o");
        byte[] module = FinishModule.finish(
                "module.ko",
                NativeTools.bytes(folder.resolve("module.ko")),
                RELEASE,
                ModuleFolder.X86,
                running.structSizes());
        CompiledParts parts = new CompiledParts(
                units,
                Stream.of("kpatch.module.o", "mod.o")
                        .map(own -> ElfReader.read(own, NativeTools.bytes(folder.resolve(own))))
                        .toList());
        return new MadeModule(
                name,
                Bytes.copyOf(module),
                parts,
                running,
                new ModuleRequirements("kpatch-test", RELEASE, Optional.of(VERMAGIC), symvers));
    }

    /** What modpost writes for a module: its information, the versions of what it uses, and what the kernel calls. */
    private static String ofModpost(ElfObject linked, ModuleSymvers symvers) {
        String versions = Stream.concat(
                        Stream.of("module_layout"),
                        linked.symbols().stream()
                                .skip(1)
                                .filter(symbol -> symbol.home() instanceof SymbolHome.Undefined)
                                .map(Symbol::name))
                .flatMap(symbol -> symvers.exportsNamed(symbol).stream())
                .map(export -> "{ 0x%xu, \"%s\" },".formatted(export.crc(), export.symbol()))
                .collect(Collectors.joining("\n"));
        return """
                #define INFO(n, text) static const char n[] __attribute__((used, section(".modinfo"), aligned(1))) = text;
                INFO(a, "vermagic=%s") INFO(b, "name=kpatch_test")
                struct { unsigned long crc; char name[56]; } versions[]
                    __attribute__((used, section("__versions"))) = { %s };
                extern int init_module(void);
                extern void cleanup_module(void);
                struct { char c[64]; int (*init)(void); char d[64]; void (*exit)(void); } __this_module
                    __attribute__((section(".gnu.linkonce.this_module"))) = { { 1 }, init_module, { 0 }, cleanup_module };
                """.formatted(VERMAGIC, versions);
    }

    /** Whether the check of the module by itself lets {@code changed} pass. */
    boolean isLoadable(Bytes changed) {
        try {
            CheckModule.check("module.ko", changed.toArray(), required);
            return true;
        } catch (ProblemException refused) {
            return false;
        }
    }

    /** What the second reading says of {@code changed}. */
    List<String> findings(Bytes changed) {
        try {
            VerifyModule.verify("module.ko", changed.toArray(), parts, running);
            return List.of();
        } catch (ProblemException refused) {
            return refused.problems().stream().map(Object::toString).toList();
        }
    }
}
