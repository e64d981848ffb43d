package io.github.kpatch.livepatch;

import static io.github.kpatch.livepatch.ModuleFolder.MODERN;
import static io.github.kpatch.livepatch.ModuleFolder.X86;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfObjectBuilder;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.ElfWriter;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.RelocationType;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A module that passes, and one change at a time that must not. */
class CheckModuleTest {
    private static final KernelRelease RELEASE = new KernelRelease("6.1.0-56-amd64");
    private static final String VERMAGIC = "6.1.0-56-amd64 SMP preempt mod_unload modversions ";
    private static final String SYMVERS = """
            0x11111111\tklp_enable_patch\tvmlinux\tEXPORT_SYMBOL_GPL\t
            0x22222222\tstrcmp\tvmlinux\tEXPORT_SYMBOL\t
            0x33333333\tprintf\tvmlinux\tEXPORT_SYMBOL\t
            0x44444444\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t
            """;

    @TempDir
    Path folder;

    private ElfObject good;

    @BeforeEach
    void makeModule() {
        good = make(VERMAGIC, "name=kpatch_test", "");
    }

    /** What kbuild's modpost adds to a module, compiled and linked to a finished one. */
    private ElfObject make(String vermagic, String name, String extra) {
        ModuleFolder module = new ModuleFolder(folder);
        Path linked = module.link(
                ModuleFolder.description("x", true),
                MODERN,
                List.of(
                        module.unit("first", 11, "vmlinux", "vmlinux", true),
                        module.unit("second", 22, "some_mod", "some_mod", false)));
        NativeTools.compile(folder, "mod", """
                #define INFO(n, text) static const char n[] __attribute__((used, section(".modinfo"), aligned(1))) = text;
                INFO(a, "vermagic=%s") INFO(b, "%s") %s
                struct { unsigned long crc; char name[56]; } versions[]
                    __attribute__((used, section("__versions"))) = {
                    { 0x44444444, "module_layout" }, { 0x11111111, "klp_enable_patch" }, { 0x22222222, "strcmp" },
                    { 0x33333333, "printf" } };
                struct { char c[64]; } __this_module __attribute__((section(".gnu.linkonce.this_module"))) = { { 1 } };
                """.formatted(vermagic, name, extra));
        NativeTools.run(folder, "ld", "-r", "-o", "module.ko", linked.toString(), "mod.o");
        return ElfReader.read(
                "x.ko",
                FinishModule.finish(
                        "x.ko",
                        NativeTools.bytes(folder.resolve("module.ko")),
                        RELEASE,
                        X86,
                        StructSizes.of(Map.of())));
    }

    private static ModuleRequirements requirements(String symvers) {
        return new ModuleRequirements(
                "kpatch-test",
                RELEASE,
                Optional.of(VERMAGIC),
                ModuleSymvers.parse("Module.symvers", symvers.getBytes(StandardCharsets.US_ASCII)));
    }

    private static void refuses(ElfObject module, ModuleRequirements requirements, ProblemCode code, String what) {
        byte[] bytes = ElfWriter.write(module);
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> CheckModule.check("x.ko", bytes, requirements))
                .satisfies(e -> assertThat(e.problems()).anySatisfy(problem -> {
                    assertThat(problem.code()).isEqualTo(code);
                    assertThat(problem.toString()).contains("x.ko", what);
                }));
    }

    private static void refuses(ElfObject module, String what) {
        refuses(module, requirements(SYMVERS), ProblemCode.MODULE_INVALID, what);
    }

    @Test
    void passesAModuleTheKernelWouldLoad() {
        CheckModule.check("x.ko", ElfWriter.write(good), requirements(SYMVERS));
        CheckModule.check(
                "x.ko",
                ElfWriter.write(good),
                new ModuleRequirements(
                        "kpatch-test",
                        RELEASE,
                        Optional.empty(),
                        requirements(SYMVERS).symvers()));
    }

    @Test
    void passesAModuleWithoutVersionsOnAKernelWithoutThem() {
        String vermagic = VERMAGIC.replace("modversions ", "");
        ElfObjectBuilder builder = ElfObjectBuilder.from(make(vermagic, "name=kpatch_test", ""));
        builder.remove(builder.build().sectionNamed("__versions").orElseThrow());
        byte[] module = ElfWriter.write(builder.build());
        String symvers = SYMVERS.replaceAll("0x[1-4]{8}", "0x00000000");

        CheckModule.check(
                "x.ko",
                module,
                new ModuleRequirements(
                        "kpatch-test",
                        RELEASE,
                        Optional.of(vermagic),
                        requirements(symvers).symvers()));
        refuses(ElfReader.read("x.ko", module), requirements(SYMVERS), ProblemCode.VERMAGIC_MISMATCH, "vermagic");
    }

    @ParameterizedTest
    @ValueSource(strings = {".ibt_endbr_seal", "runtime_ptr_USER_PTR_MAX", "runtime_shift_d_hash_shift"})
    void refusesTablesAboutTheKernelsOwnCode(String section) {
        refuses(
                make(VERMAGIC, "name=kpatch_test", "int t __attribute__((used, section(\"" + section + "\"))) = 0;"),
                section);
    }

    @Test
    void refusesOwnCodeWithoutUnwindData() {
        String init = "int i(int x) { return x; } asm(\".section .init.text,\\\"ax\\\"; begin: ret; .text\");";
        String table = " asm(\".section .orc_unwind_ip,\\\"a\\\"; .long %s - .; .text\");";
        CheckModule.check(
                "x.ko",
                ElfWriter.write(make(VERMAGIC, "name=kpatch_test", init + table.formatted("begin"))),
                requirements(SYMVERS));
        refuses(make(VERMAGIC, "name=kpatch_test", init + table.formatted("i")), ".init.text");
    }

    @Test
    void refusesAnotherKernelsModule() {
        refuses(
                make(VERMAGIC.replace("-56-", "-57-"), "name=kpatch_test", ""),
                requirements(SYMVERS),
                ProblemCode.VERMAGIC_MISMATCH,
                "6.1.0-57-amd64");
        refuses(
                make("6.1.0-56-amd64 SMP mod_unload modversions ", "name=kpatch_test", ""),
                requirements(SYMVERS),
                ProblemCode.VERMAGIC_MISMATCH,
                "6.1.0-56-amd64 SMP mod_unload");
        refuses(
                make("6.1.0-56-amd64+ SMP", "name=kpatch_test", ""),
                new ModuleRequirements(
                        "kpatch-test",
                        RELEASE,
                        Optional.empty(),
                        requirements(SYMVERS).symvers()),
                ProblemCode.VERMAGIC_MISMATCH,
                "6.1.0-56-amd64+");
    }

    @Test
    void refusesAModuleThatSaysSomethingElseOfItself() {
        refuses(make(VERMAGIC, "name=other", ""), "name=[other]");
        refuses(make(VERMAGIC, "name=kpatch_test", "INFO(c, \"livepatch=N\")"), "livepatch=[");
        refuses(make(VERMAGIC, "name=kpatch_test", "INFO(c, \"license=MIT\")"), "license=[");
    }

    @Test
    void refusesExportsOfOtherVersions() {
        refuses(
                good,
                requirements(SYMVERS.replace("0x22222222", "0x22222223")),
                ProblemCode.MODVERSION_MISMATCH,
                "0x22222222");
        refuses(
                good,
                requirements(SYMVERS.replace("0x44444444", "0x00000000")),
                ProblemCode.MODVERSION_MISMATCH,
                "module_layout");
        SectionId versions = good.sectionNamed("__versions").orElseThrow();
        refuses(
                with(good, versions, good.section(versions).bytes().slice(0, 128)),
                requirements(SYMVERS),
                ProblemCode.MODVERSION_MISMATCH,
                "does not say which version");
    }

    @Test
    void refusesSymbolsNobodyExports() {
        refuses(
                good,
                requirements(SYMVERS.replace("\tstrcmp\t", "\tother\t")),
                ProblemCode.MODULE_INVALID,
                "exports no such symbol");
        refuses(
                good,
                requirements(SYMVERS + "0x22222222\tstrcmp\tdrivers/x\tEXPORT_SYMBOL\t\n"),
                ProblemCode.MODULE_INVALID,
                "exports several such symbols");
        refuses(
                good,
                requirements(SYMVERS.replace("strcmp\tvmlinux\tEXPORT_SYMBOL\t", "strcmp\tvmlinux\tEXPORT_SYMBOL\tNS")),
                ProblemCode.MODULE_INVALID,
                "namespace NS");
    }

    @Test
    void refusesSectionsTheLoaderRefuses() {
        SectionId text = good.sectionNamed(".text.first").orElseThrow();
        Section section = good.section(text);
        refuses(
                ElfObjectBuilder.from(good)
                        .replace(text, section.withFlags(section.flags() | SectionFlags.WRITE))
                        .build(),
                "writable and executable");
        refuses(renamed(".kpatch.strings", ".kpatch.symbols"), "left over");
        refuses(renamed(".gnu.linkonce.this_module", ".other"), "is no module");
    }

    @Test
    void refusesKlpRelocationsTheCoreCannotApply() {
        String some = ".klp.rela.some_mod..data.pointer_second";
        refuses(renamed(some, ".klp.rela.some_mod..data.other"), "does not tell an object");
        refuses(renamed(some, ".rela.data.pointer_second"), "do not agree");
        refuses(
                renamed(".klp.rela.vmlinux..data.pointer_first", ".klp.rela.some_mod..data.pointer_first"),
                "may not refer to .klp.sym.vmlinux");
        SectionId id = good.sectionNamed(some).orElseThrow();
        refuses(
                ElfObjectBuilder.from(good)
                        .replace(id, good.section(id).withFlags(KlpNames.SHF_RELA_LIVEPATCH))
                        .build(),
                "flags are not");
        refuses(renamedWithTarget(some, ".data.pointer_second", "__jump_table"), "acts on __jump_table");

        SymbolId klp = good.symbolsNamed(".klp.sym.some_mod.hidden,2").get(0);
        Symbol symbol = good.symbol(klp);
        refuses(
                ElfObjectBuilder.from(good)
                        .replace(klp, new Symbol("hidden", symbol.type(), symbol.binding(), 0, 0, 0, symbol.home()))
                        .build(),
                "cannot read the symbol's name");
        refuses(
                ElfObjectBuilder.from(good)
                        .replace(
                                klp,
                                new Symbol(
                                        symbol.name(),
                                        symbol.type(),
                                        symbol.binding(),
                                        0,
                                        0,
                                        0,
                                        new SymbolHome.Absolute()))
                        .build(),
                "which is no klp symbol");
    }

    private ElfObject renamedWithTarget(String relocations, String target, String newTarget) {
        ElfObject module = renamed(relocations, ".klp.rela.some_mod." + newTarget);
        SectionId id = module.sectionNamed(target).orElseThrow();
        return ElfObjectBuilder.from(module)
                .replace(id, named(module.section(id), newTarget))
                .build();
    }

    @Test
    void refusesRelocationsTheLoaderRefuses() {
        String some = ".klp.rela.some_mod..data.pointer_second";
        refuses(relocated(some, 0, new RelocationType(9)), "no relocation of type R_X86_64_GOTPCREL");
        refuses(relocated(some, 5, ModuleFolder.ABS32S), "outside its section");
        refuses(relocated(some, 4, ModuleFolder.ABS32S), "is not zero");
    }

    @Test
    void damagedModulesEndInACodedError() {
        byte[] linked = NativeTools.bytes(folder.resolve("module.ko"));
        byte[] finished = ElfWriter.write(good);
        ModuleRequirements requirements = requirements(SYMVERS);
        Random random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 4000; i++) {
            byte[] damaged = damaged(i % 2 == 0 ? linked : finished, random);
            try {
                if (i % 2 == 0) {
                    FinishModule.finish("x.ko", damaged, RELEASE, X86, StructSizes.of(Map.of()));
                } else {
                    CheckModule.check("x.ko", damaged, requirements);
                }
            } catch (ProblemException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(1000, 3999);
    }

    /** One to three bytes changed, or the end cut off. */
    private static byte[] damaged(byte[] bytes, Random random) {
        if (random.nextInt(8) == 0) {
            return Arrays.copyOf(bytes, random.nextInt(bytes.length));
        }
        byte[] damaged = bytes.clone();
        // Most of a module is code and strings; what decides stands in the section headers at the end.
        int from = random.nextBoolean() ? 0 : bytes.length - bytes.length / 3;
        for (int i = random.nextInt(3); i >= 0; i--) {
            damaged[from + random.nextInt(bytes.length - from)] = (byte) random.nextInt();
        }
        return damaged;
    }

    private ElfObject relocated(String name, long offset, RelocationType type) {
        SectionId id = good.sectionNamed(name).orElseThrow();
        SectionData.Relocations relocations =
                (SectionData.Relocations) good.section(id).data();
        Relocation first = relocations.entries().get(0);
        return ElfObjectBuilder.from(good)
                .replace(
                        id,
                        good.section(id)
                                .with(new SectionData.Relocations(
                                        relocations.target(),
                                        List.of(new Relocation(offset, type, first.symbol(), first.addend())))))
                .build();
    }

    private ElfObject renamed(String name, String newName) {
        SectionId id = good.sectionNamed(name).orElseThrow();
        return ElfObjectBuilder.from(good)
                .replace(id, named(good.section(id), newName))
                .build();
    }

    private static Section named(Section section, String name) {
        return new Section(
                name,
                section.type(),
                section.flags(),
                section.address(),
                section.alignment(),
                section.entrySize(),
                section.link(),
                section.data());
    }

    private static ElfObject with(ElfObject object, SectionId id, Bytes bytes) {
        return ElfObjectBuilder.from(object)
                .replace(id, object.section(id).with(new SectionData.Contents(bytes)))
                .build();
    }
}
