package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.ElfWriter;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.kernel.BranchTargets;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.kernel.TableSetup;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.KernelFlags;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Two small sources, compiled here with the machine's gcc or clang the way the kernel compiles, and compared. The kernel's symbol
 * table is made from the original object, as if that were all of the kernel. Every output is linked with {@code ld -r}
 * and read by {@code readelf}, which must have nothing to say.
 */
public final class Scenario {
    private final String original;
    private final String patched;
    private final List<String> flags = new ArrayList<>(KernelFlags.CODE);
    private final List<String> extraEntries = new ArrayList<>();
    private UnaryOperator<ElfObject> originalEdit = UnaryOperator.identity();
    private UnaryOperator<ElfObject> patchedEdit = UnaryOperator.identity();
    private UnaryOperator<String> tableEdit = UnaryOperator.identity();
    private String compiler = "gcc";
    private String suffix = ".c";
    private String parent = "vmlinux";
    private ModuleSymvers symvers = exports("__fentry__\tvmlinux");
    private String sizes = "alt_instr=12,bug_entry=12,exception_table_entry=12,jump_entry=16,orc_entry=6,"
            + "paravirt_patch_site=16,static_call_site=8,pi_entry=44";
    private TableSetup tableSetup = TableSetup.BY_LOADER;
    private Optional<BranchTargets> branchTargets = Optional.empty();
    private ObjectPair.LineNumbers lineNumbers = ObjectPair.LineNumbers.MOVED;

    private Scenario(String original, String patched) {
        this.original = original;
        this.patched = patched;
        flags.addAll(KernelFlags.FTRACE);
    }

    /** Two C sources. */
    public static Scenario of(String original, String patched) {
        return new Scenario(original, patched);
    }

    /** Two assembler sources. */
    static Scenario ofAssembler(String original, String patched) {
        Scenario scenario = new Scenario(original, patched);
        scenario.suffix = ".s";
        return scenario;
    }

    /** Compiles with clang, which the machine must have. */
    Scenario byClang() {
        compiler = "clang";
        return this;
    }

    Scenario flags(String... more) {
        flags.addAll(List.of(more));
        return this;
    }

    /** The kernel object that the sources are of; vmlinux where none is named. */
    public Scenario parent(String name) {
        parent = name;
        return this;
    }

    /** Exports, each {@code symbol TAB module}; {@code __fentry__} of vmlinux comes with them. */
    Scenario exporting(String... exports) {
        symvers = exports(Stream.concat(Stream.of("__fentry__\tvmlinux"), Stream.of(exports))
                .toArray(String[]::new));
        return this;
    }

    /** One line of the list of exports as it stands, beside that of {@code __fentry__}. */
    Scenario symversLine(String line) {
        String text = "0x00000000\t__fentry__\tvmlinux\tEXPORT_SYMBOL\t\n" + line + "\n";
        symvers = ModuleSymvers.parse("Module.symvers", text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    private static ModuleSymvers exports(String... exports) {
        StringBuilder text = new StringBuilder();
        for (String export : exports) {
            text.append("0x00000000\t").append(export).append("\tEXPORT_SYMBOL\t\n");
        }
        return ModuleSymvers.parse("Module.symvers", text.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Another entry of the kernel's table: {@code value size type binding name}. */
    Scenario entry(String entry) {
        extraEntries.add(entry);
        return this;
    }

    Scenario editTable(UnaryOperator<String> edit) {
        tableEdit = edit;
        return this;
    }

    Scenario editOriginal(UnaryOperator<ElfObject> edit) {
        originalEdit = edit;
        return this;
    }

    Scenario editPatched(UnaryOperator<ElfObject> edit) {
        patchedEdit = edit;
        return this;
    }

    Scenario sizes(String list) {
        sizes = list;
        return this;
    }

    /** A kernel before 5.8. */
    Scenario klpArch() {
        tableSetup = TableSetup.BY_LIVEPATCH;
        return this;
    }

    /** The kernel is known to let indirect branches land at these addresses, and nowhere else. */
    Scenario branchTargets(Long... addresses) {
        branchTargets = Optional.of(new BranchTargets(Set.of(addresses)));
        return this;
    }

    /** As if the plugin had built the pair. */
    Scenario keepingLines() {
        lineNumbers = ObjectPair.LineNumbers.KEPT;
        return this;
    }

    /** The first source, compiled. */
    public ElfObject compileOriginal() {
        return originalEdit.apply(compile(original));
    }

    /** The second source, compiled. */
    public ElfObject compilePatched() {
        return patchedEdit.apply(compile(patched));
    }

    /** A kernel that consists of {@code originalObject}. */
    public DiffTarget target(ElfObject originalObject) {
        return new DiffTarget(
                KernelObject.named(parent),
                ParentSymbols.ofText(
                        "table", tableEdit.apply(table(originalObject)).getBytes(StandardCharsets.ISO_8859_1)),
                symvers,
                StructSizes.parse("sizes", sizes),
                tableSetup,
                branchTargets);
    }

    /** Compares, and checks an output with the linker. */
    DiffOutcome run() {
        ElfObject originalObject = compileOriginal();
        ElfObject patchedObject = compilePatched();
        DiffTarget target = target(originalObject);
        ObjectPair pair = new ObjectPair("unit.o", originalObject, patchedObject, lineNumbers);
        DiffOutcome outcome = DiffObject.run(pair, target);
        if (outcome instanceof DiffOutcome.Changed changed) {
            byte[] bytes = ElfWriter.write(changed.output());
            assertThat(ElfReader.read("output", bytes)).isEqualTo(changed.output());
            assertThat(bytes)
                    .as("a second run")
                    .isEqualTo(ElfWriter.write(((DiffOutcome.Changed) DiffObject.run(pair, target)).output()));
            assertLinks(bytes);
        }
        return outcome;
    }

    /** The output of a comparison that must find a change. */
    Output changed() {
        DiffOutcome outcome = run();
        assertThat(outcome).isInstanceOf(DiffOutcome.Changed.class);
        return new Output((DiffOutcome.Changed) outcome);
    }

    void assertUnchanged() {
        assertThat(run()).isInstanceOf(DiffOutcome.Unchanged.class);
    }

    /** The problems of a comparison that must find something no live patch can do. */
    List<Problem> assertRejected(ProblemCode... codes) {
        DiffOutcome outcome = run();
        assertThat(outcome).isInstanceOf(DiffOutcome.Rejected.class);
        List<Problem> problems = ((DiffOutcome.Rejected) outcome).problems();
        assertThat(problems).extracting(Problem::code).contains(codes);
        return problems;
    }

    /** The problems of a comparison that must not come to an end. */
    List<Problem> assertError(ProblemCode... codes) {
        Throwable thrown = catchThrowable(this::run);
        assertThat(thrown).isInstanceOf(ProblemException.class);
        List<Problem> problems = ((ProblemException) thrown).problems();
        assertThat(problems).extracting(Problem::code).contains(codes);
        return problems;
    }

    private ElfObject compile(String source) {
        Path folder = temporaryFolder();
        try {
            Files.writeString(folder.resolve("unit" + suffix), source, StandardCharsets.UTF_8);
            List<String> command = new ArrayList<>(List.of(compiler, "-c"));
            if (suffix.equals(".c")) {
                command.addAll(flags);
            }
            command.addAll(List.of("-o", "unit.o", "unit" + suffix));
            execute(folder, command);
            return ElfReader.read("unit.o", Files.readAllBytes(folder.resolve("unit.o")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            delete(folder);
        }
    }

    private String table(ElfObject object) {
        StringBuilder text = new StringBuilder();
        long address = 0xffffffff81000000L;
        int number = 1;
        for (Symbol symbol : object.symbols()) {
            boolean listed = !symbol.isSection()
                    && !(symbol.home() instanceof SymbolHome.Undefined)
                    && !symbol.name().startsWith(".L");
            if (listed) {
                address += 0x1000;
                String section = symbol.home().section().isPresent() ? "1" : "ABS";
                text.append(String.format(
                        "%6d: %016x %5d %s %s DEFAULT %s %s%n",
                        number++, address, symbol.size(), symbol.type(), symbol.binding(), section, symbol.name()));
            }
        }
        for (String entry : extraEntries) {
            String[] parts = entry.split(" ", -1);
            text.append(String.format(
                    "%6d: %s %s %s %s DEFAULT 1 %s%n", number++, parts[0], parts[1], parts[2], parts[3], parts[4]));
        }
        return text.toString();
    }

    private static void assertLinks(byte[] object) {
        Path folder = temporaryFolder();
        try {
            Files.write(folder.resolve("output.o"), object);
            assertThat(execute(folder, List.of("ld", "-r", "-o", "linked.o", "output.o")))
                    .as("ld -r")
                    .isEmpty();
            String dump = execute(folder, List.of("readelf", "-aW", "output.o"));
            assertThat(dump.lines().filter(line -> line.contains("readelf: ")))
                    .as("readelf -aW")
                    .isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            delete(folder);
        }
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("kpatch-scenario");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String execute(Path folder, List<String> command) throws IOException {
        Path log = folder.resolve("log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        try {
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError(command + " does not end");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        String output = Files.readString(log, StandardCharsets.ISO_8859_1);
        assertThat(process.exitValue()).as("%s: %s", command, output).isZero();
        return output;
    }
}
