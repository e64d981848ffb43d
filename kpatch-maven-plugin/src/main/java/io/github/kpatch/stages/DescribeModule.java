package io.github.kpatch.stages;

import io.github.kpatch.delivery.signing.Signer;
import io.github.kpatch.host.Console;
import io.github.kpatch.host.Digests;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleInfo;
import io.github.kpatch.livepatch.ModuleContents;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Goal {@code describe}: what a finished module is, on the console, for who finds one and wonders. */
public final class DescribeModule {
    private static final String NONE = "none";

    private DescribeModule() {}

    /**
     * Describes a module.
     *
     * @throws ProblemException KP209, KP404 or KP704 when it is no livepatch module, KP210 when it cannot be read
     */
    public static void run(Path file, Console console) {
        byte[] bytes = read(file);
        ModuleContents module = ModuleContents.of(file.toString(), bytes);
        ModuleInfo info = module.info();
        console.info("%s: %d bytes, SHA-256 %s".formatted(file.getFileName(), bytes.length, Digests.of(bytes)));
        line(console, "module", info.name().orElse("not named"));
        all(console, "version", info);
        all(console, "description", info);
        all(console, "author", info);
        line(
                console,
                "for kernel",
                "%s, %s"
                        .formatted(
                                info.vermagic()
                                        .map(magic -> magic.split(" ", 2)[0])
                                        .orElse("of any release"),
                                module.architecture()));
        line(console, "vermagic", info.vermagic().map(String::strip).orElse(NONE));
        line(console, "license", listed(info.all("license")));
        line(
                console,
                "needs",
                listed(info.depends().stream().map(KernelObject::name).toList()));
        line(
                console,
                "signature",
                module.signature()
                        .map(signature -> Signer.of(file.toString(), signature.message()) + ", not checked")
                        .orElse(NONE));
        module.functions()
                .ifPresentOrElse(
                        functions -> functions.forEach(
                                (object, names) -> line(console, "replaces", object + ": " + listed(names))),
                        () -> line(console, "replaces", "unknown, for it has no table of functions"));
        if (module.relocations().isEmpty()) {
            line(console, "klp relocations", NONE);
        }
        module.relocations().forEach((object, count) -> line(console, "klp relocations", object + ": " + count));
        line(console, "layouts", listed(info.all("kpatch_layout")));
        info.all("kpatch_source").forEach(patch -> line(console, "patch", patch));
        line(console, "mends", listed(info.all("kpatch_cve").stream().sorted().toList()));
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw ProblemException.input(
                    Problem.of(ProblemCode.INPUT_MISSING, file.toString(), "The file cannot be read (" + e + ")."), e);
        }
    }

    private static void all(Console console, String key, ModuleInfo info) {
        info.all(key).forEach(value -> line(console, key, value));
    }

    /** Whoever made the module chose the value: it must not steer a terminal. */
    private static void line(Console console, String what, String value) {
        String text = new String(value.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        console.info("  %-15s  %s".formatted(what, text.replaceAll("\\p{Cntrl}", "?")));
    }

    private static String listed(List<String> values) {
        return values.isEmpty() ? NONE : values.stream().collect(Collectors.joining(", "));
    }
}
