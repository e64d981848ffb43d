package io.github.kpatch.source;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.FileMemo;
import io.github.kpatch.host.PlainPath;
import io.github.kpatch.host.Tools;
import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The programs and headers that preparing a kernel tree and building objects in it take. All that is missing is said at
 * once: kbuild itself stops at the first, or, worse, quietly builds another kernel.
 *
 * @param tools the programs, in a fixed order
 * @param compiler the compiler
 */
public record Toolchain(List<Tool> tools, Compiler compiler) {
    public Toolchain {
        tools = List.copyOf(tools);
    }

    /**
     * One program.
     *
     * @param name as it is called
     * @param program the file
     * @param version first line of its {@code --version}
     */
    public record Tool(String name, Path program, String version) {}

    /** A program or header and the Debian package it comes in. */
    private record Needed(String name, String debianPackage) {}

    private static final List<Needed> ALWAYS = List.of(
            new Needed("make", "make"),
            new Needed("patch", "patch"),
            new Needed("ld", "binutils"),
            new Needed("as", "binutils"),
            new Needed("objcopy", "binutils"),
            new Needed("bc", "bc"),
            new Needed("flex", "flex"),
            new Needed("bison", "bison"),
            new Needed("perl", "perl"));
    private static final Needed PAHOLE = new Needed("pahole", "dwarves");
    /** {@code resolve_btfids}, which {@code prepare} builds, takes a header from {@code scripts/bpf_doc.py} (6.1, 6.12). */
    private static final Needed PYTHON = new Needed("python3", "python3");

    private static final Needed RUST_COMPILER = new Needed("rustc", "rustc");
    private static final Needed RUST_BINDINGS = new Needed("bindgen", "bindgen");
    private static final Needed LIBELF = new Needed("gelf.h", "libelf-dev");
    private static final Needed OPENSSL = new Needed("openssl/opensslv.h", "libssl-dev");

    private static final List<Path> INCLUDES = List.of(Path.of("/usr/include"), Path.of("/usr/local/include"));

    /**
     * Finds the programs.
     *
     * @param config the target's config, which names the compiler and decides what else is needed; without one the
     *     compiler is {@code gcc} and everything is needed
     * @param compiler the compiler to use instead
     * @param launcher a program that is to call the compiler
     * @throws ProblemException KP101 naming everything that is missing, with the Debian package it comes in; KP109
     */
    public static Toolchain find(
            Optional<KernelConfig> config,
            Optional<String> compiler,
            Optional<String> launcher,
            CommandRunner runner,
            FileMemo memo) {
        return find(config, compiler, launcher, new Tools(runner, memo), runner, memo);
    }

    static Toolchain find(
            Optional<KernelConfig> config,
            Optional<String> compiler,
            Optional<String> launcher,
            Tools tools,
            CommandRunner runner,
            FileMemo memo) {
        String compilerName = compiler.or(() -> config.map(Compiler::nameIn)).orElse("gcc");
        if (!PlainPath.is(compilerName)) {
            throw ProblemException.input(
                    ProblemCode.PATH_NOT_PLAIN, compilerName, "make cannot be told to call a compiler of this name.");
        }
        List<Needed> needed = new ArrayList<>(ALWAYS);
        if (config.isEmpty() || config.get().isEnabled("DEBUG_INFO_BTF")) {
            needed.add(PAHOLE);
            needed.add(PYTHON);
        }
        boolean rust = config.isPresent() && config.get().isEnabled("RUST");
        if (rust) {
            needed.add(RUST_COMPILER);
            needed.add(RUST_BINDINGS);
        }
        launcher.ifPresent(name -> needed.add(new Needed(name, baseName(name))));
        List<Needed> missing = new ArrayList<>();
        List<Tool> found = new ArrayList<>();
        for (Needed one : needed) {
            Optional<Path> program = tools.find(one.name());
            if (program.isPresent()) {
                found.add(new Tool(one.name(), program.get(), tools.version(program.get())));
            } else {
                missing.add(one);
            }
        }
        Optional<Path> compilerProgram = tools.find(compilerName);
        if (compilerProgram.isEmpty()) {
            missing.add(new Needed(compilerName, baseName(compilerName)));
        }
        for (Needed header : headers(config)) {
            if (INCLUDES.stream().noneMatch(folder -> Files.isRegularFile(folder.resolve(header.name())))) {
                missing.add(header);
            }
        }
        if (!missing.isEmpty()) {
            throw ProblemException.inputs(problems(missing));
        }
        Toolchain toolchain = new Toolchain(
                found, Compiler.examine(compilerName, compilerProgram.orElseThrow(), tools, runner, memo));
        if (rust) {
            toolchain.checkRustCompiler(config.get());
        }
        return toolchain;
    }

    /** The kernel's source takes another config from a Rust compiler of another version, whatever is patched. */
    private void checkRustCompiler(KernelConfig config) {
        Tool compiler = tool(RUST_COMPILER.name());
        Optional<String> wanted = config.text("CONFIG_RUSTC_VERSION_TEXT").map(Toolchain::nameAndVersion);
        if (wanted.isPresent() && !wanted.get().equals(nameAndVersion(compiler.version()))) {
            throw ProblemException.input(new Problem(
                    ProblemCode.COMPILER_MISMATCH,
                    compiler.name(),
                    "The kernel was built with '" + wanted.get() + "', this is '" + nameAndVersion(compiler.version())
                            + "'.",
                    "Install " + wanted.get() + " and put it first on the PATH."));
        }
    }

    private static String baseName(String program) {
        return program.substring(program.lastIndexOf('/') + 1);
    }

    private static String nameAndVersion(String line) {
        return Stream.of(line.split(" ")).limit(2).collect(Collectors.joining(" "));
    }

    /** The program of that name. */
    public Tool tool(String name) {
        return tools.stream()
                .filter(tool -> tool.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("not looked for: " + name));
    }

    private static List<Needed> headers(Optional<KernelConfig> config) {
        List<Needed> headers = new ArrayList<>();
        if (config.isEmpty()
                || config.get().isEnabled("HAVE_OBJTOOL")
                || config.get().isEnabled("UNWINDER_ORC")) {
            headers.add(LIBELF);
        }
        if (config.isEmpty()
                || config.get().isEnabled("MODULE_SIG_FORMAT")
                || config.get().isEnabled("SYSTEM_TRUSTED_KEYRING")) {
            headers.add(OPENSSL);
        }
        return headers;
    }

    private static List<Problem> problems(List<Needed> missing) {
        TreeSet<String> packages = new TreeSet<>();
        missing.forEach(one -> packages.add(one.debianPackage()));
        String cure = "Install what is missing; on Debian: apt-get install " + String.join(" ", packages);
        return missing.stream()
                .map(one -> new Problem(
                        ProblemCode.TOOL_MISSING,
                        one.name(),
                        one.name().endsWith(".h") ? "The header is not installed." : "The program is not on the PATH.",
                        cure))
                .toList();
    }
}
