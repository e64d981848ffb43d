package io.github.kpatch.boot;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionHeader;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.compressors.CompressorStreamFactory;

/**
 * A kernel module as distributions ship it: plain or compressed whole. Its name is that of its file with {@code _} for
 * {@code -}, the rule by which kbuild, modprobe and the kernel agree on one name.
 *
 * @param path the file
 */
record ModuleFile(Path path) {
    private static final Pattern FILE_NAME = Pattern.compile("([^/]+)\\.ko(\\.xz|\\.zst|\\.gz)?");
    private static final int LARGEST_MODULE = 1 << 28;
    private static final String INFO_SECTION = ".modinfo";

    /** Whether {@code path} has a module's file name. */
    static boolean isModule(Path path) {
        return FILE_NAME.matcher(path.getFileName().toString()).matches();
    }

    /** The module's name as the kernel sees it. */
    String name() {
        Matcher matcher = FILE_NAME.matcher(path.getFileName().toString());
        if (!matcher.matches()) {
            throw new IllegalStateException(path + " is not named like a module");
        }
        return folded(matcher.group(1));
    }

    /** The one form of a module name: {@code nf-tables} and {@code nf_tables} are the same module. */
    static String folded(String name) {
        return name.replace('-', '_');
    }

    private boolean isCompressed() {
        return !path.getFileName().toString().endsWith(".ko");
    }

    /**
     * The module itself, unpacked.
     *
     * @throws ProblemException with {@link ProblemCode#ARCHIVE_DAMAGED} when it cannot be unpacked
     */
    byte[] bytes() throws IOException {
        if (!isCompressed()) {
            return Files.readAllBytes(path);
        }
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(path));
                InputStream in = new CompressorStreamFactory(true).createCompressorInputStream(raw)) {
            byte[] bytes = in.readNBytes(LARGEST_MODULE);
            if (bytes.length == LARGEST_MODULE) {
                throw damaged("The module is larger than 256 MiB when unpacked.");
            }
            return bytes;
        } catch (IOException e) {
            throw damaged("The module cannot be unpacked (" + e.getMessage() + ").");
        }
    }

    private ProblemException damaged(String what) {
        return ProblemException.input(Problem.of(ProblemCode.ARCHIVE_DAMAGED, path.toString(), what));
    }

    /** What {@code modinfo} would print. */
    Info info() throws IOException {
        try (ByteSource source = isCompressed() ? ByteSource.of(path.toString(), bytes()) : ByteSource.open(path)) {
            ElfFile file = ElfFile.open(source);
            Optional<SectionHeader> section = file.section(INFO_SECTION);
            return new Info(section.map(file::contents).map(ModuleFile::strings).orElse(List.of()));
        }
    }

    private static List<String> strings(ByteBuffer section) {
        return Stream.of(StandardCharsets.UTF_8.decode(section).toString().split("\0"))
                .filter(text -> !text.isEmpty())
                .toList();
    }

    /**
     * The {@code tag=value} strings of a module's {@code .modinfo} section.
     *
     * @param strings all of them, in order
     */
    record Info(List<String> strings) {
        private static final Pattern SOFT_PRE = Pattern.compile("(?:^|\\s)pre:\\s*((?:(?!post:|pre:)\\S+\\s*)*)");

        Info {
            strings = List.copyOf(strings);
        }

        private Stream<String> values(String tag) {
            return strings.stream()
                    .filter(text -> text.startsWith(tag + "="))
                    .map(text -> text.substring(tag.length() + 1));
        }

        /** The module's own idea of its name; kernels before 4.13 recorded none. */
        Optional<String> name() {
            return values("name").findFirst();
        }

        /** Modules whose exports this one uses, as modpost found them. */
        List<String> dependencies() {
            return values("depends")
                    .flatMap(value -> Stream.of(value.split(",")))
                    .filter(name -> !name.isEmpty())
                    .map(ModuleFile::folded)
                    .toList();
        }

        /**
         * Modules or aliases to be loaded before this one, if they exist: {@code MODULE_SOFTDEP}. libcrc32c, and with it
         * xfs and nf_tables, does not load without the one it names.
         */
        List<String> softDependencies() {
            return values("softdep")
                    .flatMap(value -> SOFT_PRE.matcher(value).results())
                    .flatMap(match -> Stream.of(match.group(1).trim().split("\\s+")))
                    .filter(name -> !name.isEmpty())
                    .map(ModuleFile::folded)
                    .toList();
        }

        /** Other names under which the module may be asked for. */
        List<String> aliases() {
            return values("alias").map(ModuleFile::folded).toList();
        }
    }
}
