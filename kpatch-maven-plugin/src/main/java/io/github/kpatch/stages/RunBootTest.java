package io.github.kpatch.stages;

import io.github.kpatch.boot.BootLimits;
import io.github.kpatch.boot.BootReport;
import io.github.kpatch.boot.BootRequest;
import io.github.kpatch.boot.BootTest;
import io.github.kpatch.host.Console;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.LaidOver;
import io.github.kpatch.source.PreparedKernel;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Stage {@code boot-test}: the module in the target kernel itself. */
public final class RunBootTest {
    /** How many processors the booted machine has. */
    public static final int PROCESSORS = 2;

    private static final int SHOWN_LINES = 10;

    private RunBootTest() {}

    /**
     * What stage {@code boot-test} leaves.
     *
     * @param ran whether the machine was started; a test that was not is tried again next time
     * @param story the outcome in one line
     * @param objects what the kernel said it had patched
     * @param scripts the scripts that ended well, by name and moment, in their order
     */
    public record Outcome(boolean ran, String story, List<BootReport.PatchedObject> objects, List<ScriptCall> scripts) {
        public Outcome {
            objects = List.copyOf(objects);
            scripts = List.copyOf(scripts);
        }
    }

    /**
     * A call of a script.
     *
     * @param phase {@code before}, {@code after} or {@code unloaded}
     * @param script its file name
     */
    public record ScriptCall(String phase, String script) {}

    /**
     * Boots, loads, tries, unloads.
     *
     * @param scripts the project's test scripts
     * @param modules gives the folder of the target's modules; asked only where a module is patched
     * @throws ProblemException KP601 to KP605 with everything that went wrong
     */
    public static Outcome run(
            PreparedKernel kernel,
            LinkedModule module,
            TestScripts scripts,
            Supplier<Optional<Path>> modules,
            BuildContext context) {
        Outcome outcome = context.steps()
                .run(new Step<>(
                        Stage.BOOT_TEST,
                        Map.of(Stage.UNPACK, kernel, Stage.LINK, module),
                        scripts.inputs(),
                        Outcome.class,
                        Outcome::ran,
                        folder -> test(kernel, module, scripts, modules, folder, context),
                        Outcome::story));
        if (!outcome.ran()) {
            context.console().warn(outcome.story());
        }
        return outcome;
    }

    private static Outcome test(
            PreparedKernel kernel,
            LinkedModule module,
            TestScripts scripts,
            Supplier<Optional<Path>> modules,
            Path folder,
            BuildContext context) {
        boolean vmlinuxOnly = module.functions().keySet().stream().noneMatch(KernelObject::isModule);
        BootReport report = new BootTest(context.runner())
                .run(
                        new BootRequest(
                                kernel.target().release(),
                                kernel.target().bootImage(),
                                vmlinuxOnly ? Optional.empty() : modules.get(),
                                kernel.laidOver().map(LaidOver::modules),
                                context.workspace().locate(module.file()),
                                module.functions(),
                                scripts.in(folder.resolve("scripts")),
                                folder,
                                context.cache().boot(),
                                Optional.ofNullable(System.getenv("PATH")).orElse(""),
                                PROCESSORS,
                                BootLimits.DEFAULT),
                        context.console()::info);
        if (report instanceof BootReport.Skipped skipped) {
            return new Outcome(false, "Boot test skipped: " + skipped.reason(), List.of(), List.of());
        }
        BootReport.Finished finished = (BootReport.Finished) report;
        finished.scripts().forEach(script -> tell(script, context.console()));
        if (!finished.problems().isEmpty()) {
            throw ProblemException.findings(finished.problems());
        }
        return new Outcome(
                true,
                String.format(
                        Locale.ROOT,
                        "Booted %s (%s), loaded %s, ran %d script calls, unloaded",
                        kernel.target().release(),
                        finished.accelerator(),
                        context.workspace().locate(module.file()).getFileName(),
                        finished.scripts().size()),
                finished.objects(),
                finished.scripts().stream()
                        .map(run -> new ScriptCall(run.phase(), run.script()))
                        .toList());
    }

    /** What the scripts saw is what the whole build was for. */
    private static void tell(BootReport.ScriptRun script, Console console) {
        script.output().stream()
                .limit(SHOWN_LINES)
                .forEach(line -> console.info(script.script() + " " + script.phase() + ": " + line));
        if (script.output().size() > SHOWN_LINES) {
            console.info("%s %s: … %d lines more"
                    .formatted(script.script(), script.phase(), script.output().size() - SHOWN_LINES));
        }
    }
}
