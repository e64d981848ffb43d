package io.github.kpatch.stages;

import io.github.kpatch.boot.BootReport;
import io.github.kpatch.boot.BootRequest;
import io.github.kpatch.boot.BootTest;
import io.github.kpatch.host.Console;
import io.github.kpatch.host.KeptFile;
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
    private static final int SHOWN_LINES = 10;

    private RunBootTest() {}

    /**
     * What stage {@code boot-test} leaves.
     *
     * @param ran whether the machine was started; a test that was not is tried again next time
     * @param story the outcome in one line
     * @param objects what the kernel said it had patched
     * @param scripts the scripts that ended well, by name and moment, in their order
     * @param asked what was asked of the machine and the patch
     * @param results the results as CI systems read them
     */
    public record Outcome(
            boolean ran,
            String story,
            List<BootReport.PatchedObject> objects,
            List<ScriptCall> scripts,
            String asked,
            KeptFile results)
            implements StageResult {
        public Outcome {
            objects = List.copyOf(objects);
            scripts = List.copyOf(scripts);
        }

        @Override
        public List<KeptFile> kept() {
            return List.of(results);
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
     * @param request what the project wants of the test
     * @param modules gives the folder of the target's modules; asked only where a module is patched
     * @throws ProblemException KP601 to KP609 with everything that went wrong, KP606 where the test cannot take place and is
     *     required
     */
    public static Outcome run(
            PreparedKernel kernel,
            LinkedModule module,
            BootTestRequest request,
            Supplier<Optional<Path>> modules,
            BuildContext context) {
        Outcome outcome = context.steps()
                .run(new Step<>(
                        Stage.BOOT_TEST,
                        Map.of(Stage.UNPACK, kernel, Stage.LINK, module),
                        request.scripts().inputs(),
                        Outcome.class,
                        earlier -> earlier.ran() && earlier.asked().equals(request.identity()),
                        folder -> test(kernel, module, request, modules, folder, context),
                        Outcome::story));
        if (!outcome.ran()) {
            context.console().warn(outcome.story());
        }
        return outcome;
    }

    private static Outcome test(
            PreparedKernel kernel,
            LinkedModule linked,
            BootTestRequest wanted,
            Supplier<Optional<Path>> modules,
            Path folder,
            BuildContext context) {
        boolean vmlinuxOnly = linked.functions().keySet().stream().noneMatch(KernelObject::isModule);
        BootReport report = new BootTest(context.runner())
                .run(
                        new BootRequest(
                                kernel.target().release(),
                                kernel.target().bootImage(),
                                vmlinuxOnly ? Optional.empty() : modules.get(),
                                kernel.laidOver().map(LaidOver::modules),
                                context.workspace().locate(linked.file()),
                                linked.functions(),
                                wanted.scripts().in(folder.resolve("scripts")),
                                folder,
                                context.cache().boot(),
                                Optional.ofNullable(System.getenv("PATH")).orElse(""),
                                wanted.settings()),
                        context.console()::info);
        Path module = context.workspace().locate(linked.file());
        String suite = module.getFileName().toString().replaceFirst("\\.ko$", "") + "-"
                + kernel.target().release();
        BootTestResults results = new BootTestResults(suite);
        Path file = BootTestResults.file(wanted.results(), suite);
        if (report instanceof BootReport.Skipped skipped) {
            if (wanted.required()) {
                throw ProblemException.input(skipped.reason());
            }
            results.add(skipped);
            results.write(file);
            return new Outcome(
                    false,
                    "Boot test skipped: " + skipped.reason(),
                    List.of(),
                    List.of(),
                    wanted.identity(),
                    context.workspace().keep(file));
        }
        BootReport.Finished finished = (BootReport.Finished) report;
        results.add(finished);
        results.write(file);
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
                        module.getFileName(),
                        finished.scripts().size()),
                finished.objects(),
                finished.scripts().stream()
                        .map(run -> new ScriptCall(run.phase(), run.script()))
                        .toList(),
                wanted.identity(),
                context.workspace().keep(file));
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
