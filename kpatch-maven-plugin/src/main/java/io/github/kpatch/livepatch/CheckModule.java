package io.github.kpatch.livepatch;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.Architectures;
import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.intermediate.IntermediateLayout;
import io.github.kpatch.kernel.ModuleInfo;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.TableSetup;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * Checks a finished module against the rules by which the kernel's module loader and livepatch core would refuse it, or
 * load it and crash: what can be known here must not be found out on the machine that is to be patched. Nothing is
 * taken from the steps that made the module; only its bytes count.
 *
 * <p>Source: {@code kernel/module/}, {@code kernel/livepatch/core.c} and {@code arch/x86/kernel/module.c}; the format of
 * livepatch modules in {@code Documentation/livepatch/module-elf-format.rst}.
 */
public final class CheckModule {
    private static final String VERSIONS = "__versions";
    private static final int VERSION_SIZE = 64;
    private static final int VERSION_NAME_AT = 8;
    private static final String RELOCATIONS_FLAGS = "ALLOC, INFO_LINK and RELA_LIVEPATCH";
    private static final long RELOCATIONS_FLAG_BITS =
            KlpNames.SHF_RELA_LIVEPATCH | SectionFlags.INFO_LINK | SectionFlags.ALLOC;

    /** Functions whose landing mark goes at load, as far as objtool saw; it cannot have seen all of the kernel. */
    private static final String SEALED = ".ibt_endbr_seal";

    private static final Set<String> RUNTIME_CONSTANTS = Set.of("runtime_ptr_", "runtime_shift_", "runtime_mask_");

    private static final Set<String> INTERMEDIATE = Set.of(
            IntermediateLayout.SYMBOLS,
            IntermediateLayout.RELOCATIONS,
            IntermediateLayout.ARCH,
            IntermediateLayout.FUNCTIONS);

    private final String where;
    private final ElfObject object;
    private final ModuleInfo info;
    private final ModuleRequirements required;
    private final Architecture arch;
    private final List<Problem> problems = new ArrayList<>();

    private CheckModule(String where, byte[] module, ModuleRequirements required) {
        this.where = where;
        this.object = ElfReader.read(where, module);
        this.info = ModuleInfo.of(ElfFile.open(ByteSource.of(where, module)));
        this.required = required;
        this.arch = Architectures.of(object.header().machine())
                .orElseThrow(() -> ProblemException.input(
                        ProblemCode.OBJECT_UNSUPPORTED,
                        where,
                        "It is for the machine " + object.header().machine() + ", which this version does not know."));
    }

    /**
     * Checks a module.
     *
     * @param where what to call the module in messages
     * @param module the finished {@code .ko}
     * @throws ProblemException with all that is wrong: {@link ProblemCode#VERMAGIC_MISMATCH}, {@link
     *     ProblemCode#MODVERSION_MISMATCH}, {@link ProblemCode#MODULE_INVALID}
     */
    public static void check(String where, byte[] module, ModuleRequirements required) {
        CheckModule check = new CheckModule(where, module, required);
        check.checkInfo();
        check.checkSections();
        check.checkUnwindData();
        check.checkRelocations();
        check.checkUndefinedSymbols();
        if (!check.problems.isEmpty()) {
            throw ProblemException.inputs(check.problems);
        }
    }

    private void checkInfo() {
        String vermagic = info.vermagic().orElse("");
        String expected = required.vermagic().orElse(required.release().value() + " …");
        boolean fits = required.vermagic()
                .map(vermagic::equals)
                .orElseGet(() -> vermagic.startsWith(required.release().value() + " "));
        if (!fits) {
            problems.add(Problem.of(
                    ProblemCode.VERMAGIC_MISMATCH,
                    where,
                    "Its vermagic is \"" + vermagic + "\", the target's is \"" + expected + "\"."));
        }
        String name = required.name().replace('-', '_');
        expect("name", name);
        expect("livepatch", "Y");
        expect("license", "GPL");
    }

    private void expect(String key, String value) {
        if (!info.all(key).equals(List.of(value))) {
            invalid(".modinfo", "It says " + key + "=" + info.all(key) + " instead of " + value + ".");
        }
    }

    private void checkSections() {
        if (object.sectionNamed(".gnu.linkonce.this_module").isEmpty()) {
            invalid("", "It lacks the section .gnu.linkonce.this_module and is no module.");
        }
        for (Section section : object.sections()) {
            if (section.has(SectionFlags.WRITE | SectionFlags.EXECINSTR)) {
                invalid(section.name(), "The section is both writable and executable.");
            }
            if (INTERMEDIATE.contains(section.name())) {
                invalid(section.name(), "The table is left over from the link.");
            }
            if (section.name().equals(SEALED)) {
                invalid(
                        section.name(),
                        "The loader would make functions unreachable by pointer that objects of the patch may point to.");
            }
            if (RUNTIME_CONSTANTS.stream().anyMatch(section.name()::startsWith)) {
                invalid(section.name(), "It lists constants in code that no module loader fills in.");
            }
        }
    }

    /**
     * Patched objects bring unwind data; the module's own code has it only if objtool processed it, which leaves alone what
     * has some already.
     */
    private void checkUnwindData() {
        Optional<SectionId> table = object.sectionNamed(".orc_unwind_ip");
        Optional<SectionId> init = object.sectionNamed(".init.text")
                .filter(id -> object.section(id).data().size() > 0);
        boolean lacking = table.isPresent()
                && init.isPresent()
                && object.relocationsOf(table.get()).stream()
                        .noneMatch(entry ->
                                object.symbol(entry.symbol()).home().section().equals(init));
        if (lacking) {
            invalid(".init.text", "It has no unwind data, while other code of the module has: objtool was not at it.");
        }
    }

    private void checkRelocations() {
        for (Section section : object.sections()) {
            if (section.data() instanceof SectionData.Relocations relocations) {
                Optional<KlpNames.Section> klp = klpSection(section, relocations.target());
                for (Relocation relocation : relocations.entries()) {
                    checkField(section, relocations.target(), relocation);
                    checkSymbol(section, klp, object.symbol(relocation.symbol()));
                }
            }
        }
    }

    private Optional<KlpNames.Section> klpSection(Section section, SectionId target) {
        boolean isKlp = section.name().startsWith(KlpNames.RELOCATIONS_PREFIX);
        if (isKlp != section.has(KlpNames.SHF_RELA_LIVEPATCH)) {
            invalid(section.name(), "Its name and its flags do not agree on whether it holds klp relocations.");
        }
        if (!isKlp) {
            return Optional.empty();
        }
        Optional<KlpNames.Section> klp = KlpNames.parseRelocations(section.name());
        String targetName = object.section(target).name();
        if (klp.isEmpty() || !klp.get().target().equals(targetName)) {
            invalid(section.name(), "Its name does not tell an object and the section " + targetName + ".");
        }
        if (section.flags() != RELOCATIONS_FLAG_BITS) {
            invalid(section.name(), "Its flags are not " + RELOCATIONS_FLAGS + ".");
        }
        if (klp.isPresent() && !isVmlinux(klp.get().objectName()) && arch.actsOnAtLoad(targetName)) {
            invalid(
                    section.name(),
                    "The loader acts on " + targetName + " before " + klp.get().objectName()
                            + " need be there to relocate it.");
        }
        return klp;
    }

    private static boolean isVmlinux(String objectName) {
        return objectName.equals(IntermediateLayout.VMLINUX);
    }

    private void checkField(Section section, SectionId target, Relocation relocation) {
        OptionalInt size = arch.relocationFieldSize(relocation.type());
        String at = String.format("%s+0x%x", section.name(), relocation.offset());
        if (size.isEmpty()) {
            invalid(
                    at,
                    "The module loader knows no relocation of type " + arch.relocationName(relocation.type()) + ".");
            return;
        }
        Bytes bytes = object.section(target).bytes();
        if (relocation.offset() < 0 || relocation.offset() > bytes.size() - size.getAsInt()) {
            invalid(at, "The relocated field lies outside its section.");
            return;
        }
        if (!arch.isFieldEmpty(bytes, relocation)) {
            invalid(at, "The relocated field is not zero.");
        }
    }

    private void checkSymbol(Section section, Optional<KlpNames.Section> klp, Symbol symbol) {
        boolean isKlpSymbol = symbol.home().equals(new SymbolHome.Reserved(KlpNames.SHN_LIVEPATCH));
        boolean isKlpSection = section.has(KlpNames.SHF_RELA_LIVEPATCH);
        if (isKlpSymbol != isKlpSection) {
            invalid(
                    section.name(),
                    isKlpSymbol
                            ? "An ordinary relocation refers to the klp symbol " + symbol.name() + "."
                            : "A klp relocation refers to " + symbol.name() + ", which is no klp symbol.");
            return;
        }
        if (!isKlpSymbol) {
            return;
        }
        Optional<KlpNames.Symbol> parsed = KlpNames.parseSymbol(symbol.name());
        if (parsed.isEmpty() || parsed.get().name().length() > KlpNames.longestSymbol(required.release())) {
            invalid(symbol.name(), "The livepatch core cannot read the symbol's name.");
        } else if (klp.isPresent()
                && required.release().tableSetup() == TableSetup.BY_LOADER
                && !isVmlinux(klp.get().objectName())
                && isVmlinux(parsed.get().objectName())) {
            invalid(section.name(), "A module's klp relocations may not refer to " + symbol.name() + " of vmlinux.");
        }
    }

    private void checkUndefinedSymbols() {
        boolean versioned = info.vermagic().orElse("").contains(" modversions ");
        Map<String, Integer> versions = versions();
        for (Symbol symbol : object.symbols().subList(1, object.symbols().size())) {
            if (!(symbol.home() instanceof SymbolHome.Undefined)) {
                continue;
            }
            List<ModuleSymvers.Export> exports = required.symvers().exportsNamed(symbol.name());
            if (exports.size() != 1) {
                invalid(
                        symbol.name(),
                        exports.isEmpty()
                                ? "The target kernel exports no such symbol."
                                : "The target kernel exports several such symbols.");
                continue;
            }
            checkNamespace(exports.get(0));
            if (versioned && !versions.containsKey(symbol.name())) {
                wrongVersion(symbol.name(), "The module does not say which version of the symbol it was built with.");
            }
        }
        versions.forEach(this::checkVersion);
    }

    private void checkVersion(String symbol, int crc) {
        List<ModuleSymvers.Export> exports = required.symvers().exportsNamed(symbol);
        if (exports.size() != 1 || exports.get(0).crc() != crc) {
            wrongVersion(
                    symbol,
                    String.format(
                            "The module was built with the version 0x%08x, the target has %s.",
                            crc,
                            exports.stream()
                                    .map(export -> String.format("0x%08x", export.crc()))
                                    .toList()));
        }
    }

    private void checkNamespace(ModuleSymvers.Export export) {
        if (!export.namespace().isEmpty() && !info.importedNamespaces().contains(export.namespace())) {
            invalid(export.symbol(), "It belongs to the namespace " + export.namespace() + ", which is not imported.");
        }
    }

    /** Entries of {@code struct modversion_info}: the CRC as a long, and the symbol in a field of 56 bytes. */
    private Map<String, Integer> versions() {
        Map<String, Integer> versions = new TreeMap<>();
        for (SectionId id : object.sectionsNamed(VERSIONS)) {
            Bytes bytes = object.section(id).bytes();
            ByteBuffer numbers = bytes.buffer(object.header().order());
            for (int at = 0; at + VERSION_SIZE <= bytes.size(); at += VERSION_SIZE) {
                String name =
                        bytes.slice(at + VERSION_NAME_AT, at + VERSION_SIZE).stringAt(0);
                versions.put(name, (int) numbers.getLong(at));
            }
        }
        return versions;
    }

    private void wrongVersion(String symbol, String what) {
        problems.add(Problem.of(ProblemCode.MODVERSION_MISMATCH, where + ": " + symbol, what));
    }

    private void invalid(String place, String what) {
        problems.add(Problem.of(ProblemCode.MODULE_INVALID, place.isEmpty() ? where : where + ": " + place, what));
    }
}
