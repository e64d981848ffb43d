package io.github.kpatch.boot;

import io.github.kpatch.host.CommandResult;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Judges a boot test from the guest's report and the kernel's console. Everything that went wrong is collected: a boot
 * takes long enough that nobody wants to see one failure at a time.
 */
final class Verdict {
    private static final int SHOWN_LINES = 20;
    private static final int SHOWN_COMPLAINTS = 10;
    private static final String CONSOLE = "console.log";

    /** The patch is gone in this step: what the kernel says of its own modules then is not about it. */
    private static final String TAKE_OUT = GuestEvent.Again.LATE + ": take out ";

    /** Taints that every livepatch under test brings about; they explain nothing. */
    private static final List<String> EXPECTED_TAINTS = List.of(
            "loading out-of-tree module taints kernel",
            "tainting kernel with TAINT_LIVEPATCH",
            "module verification failed: signature and/or required key missing");

    private final BootRequest request;
    private final GuestPlan plan;
    private final String module;
    private final GuestTranscript guest;
    private final KernelLog log;
    private final List<BootReport.Failure> failures = new ArrayList<>();

    private Verdict(BootRequest request, GuestPlan plan, GuestTranscript guest, KernelLog log) {
        this.request = request;
        this.plan = plan;
        this.module = plan.module();
        this.guest = guest;
        this.log = log;
    }

    /**
     * Judges one test.
     *
     * @param plan what the guest was asked to do
     * @param machine how QEMU ended
     * @return all that went wrong, in the order of the steps; empty when the patch has proved itself
     */
    static List<BootReport.Failure> of(
            BootRequest request, GuestPlan plan, GuestTranscript guest, KernelLog log, CommandResult machine) {
        Verdict verdict = new Verdict(request, plan, guest, log);
        verdict.judgeMachine(machine);
        verdict.judgeTargetModules();
        verdict.judgeScripts();
        verdict.judgeLoad(guest, "");
        verdict.judgeObjects();
        verdict.judgeUnload(guest, "");
        for (String round : verdict.rounds()) {
            verdict.judgeLoad(guest.again(round), "round " + round + ": ");
            verdict.judgeUnload(guest.again(round), "round " + round + ": ");
        }
        verdict.judgeLateModules(guest.again(GuestEvent.Again.LATE));
        verdict.judgeKernelLog();
        return List.copyOf(verdict.failures);
    }

    private List<String> rounds() {
        return IntStream.rangeClosed(2, plan.rounds())
                .mapToObj(Integer::toString)
                .toList();
    }

    private void fail(String step, Problem problem) {
        failures.add(new BootReport.Failure(step, problem));
    }

    private void judgeMachine(CommandResult machine) {
        if (guest.the(GuestEvent.End.class).isPresent()) {
            if (!log.isComplete()) {
                fail(
                        KernelLog.END,
                        Problem.of(
                                ProblemCode.BOOT_FAILED,
                                CONSOLE,
                                "The console log has lost its end, so that nobody knows what the kernel said."));
            }
            if (!answeredAll()) {
                fail(
                        KernelLog.END,
                        Problem.of(
                                ProblemCode.BOOT_FAILED,
                                "guest.log",
                                "The guest's report has lost an answer, so that nobody knows how the test went."));
            }
            return;
        }
        String how = machine.timedOut()
                ? "The machine was ended after its time limit of "
                        + machine.command().timeLimit().orElseThrow().toSeconds() + " s"
                : "The machine stopped by itself (QEMU's exit code " + machine.exitCode() + ")";
        List<String> last = log.lines().isEmpty() ? machine.output() : log.tail(SHOWN_LINES);
        fail(
                guest.lastStep(),
                Problem.of(
                        ProblemCode.BOOT_FAILED,
                        request.release().value(),
                        how + " during: " + guest.lastStep() + "." + quoted("The last it said:", last)));
    }

    /** Each step has an answer, up to the first whose answer says that there is no going on. */
    private boolean answeredAll() {
        if (guest.all(GuestEvent.ModuleLoad.class).count() != plan.modules().size() || !answered("before")) {
            return false;
        }
        Optional<GuestEvent.Load> load = guest.the(GuestEvent.Load.class);
        if (load.isEmpty() || load.get().exitCode() != 0) {
            return load.isPresent();
        }
        Optional<GuestEvent.Transition> transition = guest.the(GuestEvent.Transition.class);
        if (transition.isEmpty() || !transition.get().done()) {
            return transition.isPresent();
        }
        Optional<GuestEvent.Disable> disable = guest.the(GuestEvent.Disable.class);
        if (!answered("after") || disable.isEmpty() || !disable.get().done()) {
            return answered("after") && disable.isPresent();
        }
        Optional<GuestEvent.Unload> unload = guest.the(GuestEvent.Unload.class);
        if (unload.isEmpty() || unload.get().exitCode() != 0) {
            return unload.isPresent();
        }
        return answered("unloaded") && answeredAgain();
    }

    /** The same of the rounds after the first, and of the modules that are loaded after the patch. */
    private boolean answeredAgain() {
        for (String round : rounds()) {
            GuestTranscript again = guest.again(round);
            if (again.events().isEmpty() || isGivenUp(again)) {
                return isGivenUp(again);
            }
            if (again.the(GuestEvent.Unload.class).isEmpty()) {
                return false;
            }
        }
        GuestTranscript late = guest.again(GuestEvent.Again.LATE);
        return request.targetModules().isEmpty()
                || isGivenUp(late)
                || late.the(GuestEvent.Kept.class).isPresent()
                || late.the(GuestEvent.Unload.class).isPresent();
    }

    /** Whether something was answered after which there is no going on. */
    private static boolean isGivenUp(GuestTranscript again) {
        return again.all(GuestEvent.Load.class).anyMatch(load -> load.exitCode() != 0)
                || again.all(GuestEvent.Transition.class).anyMatch(transition -> !transition.done())
                || again.all(GuestEvent.Disable.class).anyMatch(disable -> !disable.done())
                || again.all(GuestEvent.Unload.class).anyMatch(unload -> unload.exitCode() != 0);
    }

    private boolean answered(String phase) {
        return guest.all(GuestEvent.Script.class)
                        .filter(script -> script.run().phase().equals(phase))
                        .count()
                == plan.scriptCount();
    }

    private void judgeTargetModules() {
        guest.all(GuestEvent.ModuleLoad.class)
                .filter(load -> load.needed() && load.exitCode() != 0)
                .forEach(load -> targetModuleNotLoaded(
                        load,
                        "load target module " + load.module(),
                        "The kernel did not load it, so the patch to it is not proved."));
    }

    private void targetModuleNotLoaded(GuestEvent.ModuleLoad load, String step, String what) {
        fail(
                step,
                Problem.of(
                        ProblemCode.TARGET_MODULE_NOT_LOADED,
                        load.module().name(),
                        what + quoted("The reasons given:", reasons(load.output(), step))));
    }

    /** A patch that is in force takes hold of a module while that is loaded, which is another way than the first round's. */
    private void judgeLateModules(GuestTranscript late) {
        String when = GuestEvent.Again.LATE + ": ";
        judgeLoad(late, when);
        late.all(GuestEvent.ModuleLoad.class)
                .filter(load -> load.needed() && load.exitCode() != 0)
                .forEach(load -> targetModuleNotLoaded(
                        load,
                        when + "load target module " + load.module(),
                        "The kernel did not load it when the patch was in force already."));
        if (late.the(GuestEvent.ModuleLoad.class).isPresent()) {
            Set<KernelObject> loaded = late.all(GuestEvent.ModuleLoad.class)
                    .filter(load -> load.exitCode() == 0)
                    .map(GuestEvent.ModuleLoad::module)
                    .collect(Collectors.toSet());
            late.patchedObjects().stream()
                    .filter(object -> loaded.contains(object.object()) && !object.patched())
                    .forEach(object -> fail(
                            when + "load target module " + object.object(),
                            Problem.of(
                                    ProblemCode.PATCH_INCOMPLETE,
                                    object.object().name(),
                                    "It was loaded when the patch was in force already, and is not patched.")));
        }
        judgeUnload(late, when);
    }

    private void judgeScripts() {
        guest.all(GuestEvent.Script.class)
                .map(GuestEvent.Script::run)
                .filter(run -> run.exitCode() != 0)
                .forEach(run -> fail(
                        "script " + run.phase() + " " + run.script(),
                        Problem.of(
                                ProblemCode.TEST_SCRIPT_FAILED,
                                run.script() + " " + run.phase(),
                                "It ended with exit code " + run.exitCode() + killed(run) + "."
                                        + quoted("Its output:", run.output()))));
    }

    /** 128 + SIGKILL, which is what the time limit sends. */
    private String killed(BootReport.ScriptRun run) {
        return run.exitCode() == 137
                ? " (killed; its time limit is "
                        + request.settings().limits().script().toSeconds() + " s)"
                : "";
    }

    /**
     * @param when what the titles of the steps begin with
     */
    private void judgeLoad(GuestTranscript from, String when) {
        String step = when + "load " + module;
        Optional<GuestEvent.Load> load = from.the(GuestEvent.Load.class);
        if (load.isPresent() && load.get().exitCode() != 0) {
            fail(
                    step,
                    Problem.of(
                            ProblemCode.LOAD_FAILED,
                            when + module,
                            "The kernel did not load the module."
                                    + quoted(
                                            "The reasons given:",
                                            reasons(load.get().output(), step))));
        }
        if (from.the(GuestEvent.Transition.class)
                .filter(transition -> !transition.done())
                .isPresent()) {
            fail(when + "wait for the transition", stuck(from, when, "The transition did not end"));
        }
    }

    private void judgeUnload(GuestTranscript from, String when) {
        if (from.the(GuestEvent.Disable.class)
                .filter(disable -> !disable.done())
                .isPresent()) {
            fail(when + "disable " + module, stuck(from, when, "The transition back did not end"));
        }
        String step = when + "unload " + module;
        from.the(GuestEvent.Unload.class)
                .filter(unload -> unload.exitCode() != 0)
                .ifPresent(unload -> fail(
                        step,
                        Problem.of(
                                ProblemCode.UNLOAD_FAILED,
                                when + module,
                                "The kernel did not let go of the module."
                                        + quoted("The reasons given:", reasons(unload.output(), step)))));
    }

    private Problem stuck(GuestTranscript from, String when, String what) {
        List<String> tasks = from.all(GuestEvent.Task.class)
                .flatMap(task -> Stream.concat(
                        Stream.of(task.command() + " (task " + task.id() + ")"),
                        task.stack().stream().map(line -> "  " + line)))
                .toList();
        return Problem.of(
                ProblemCode.TRANSITION_STUCK,
                when + module,
                what + " within " + request.settings().limits().transition().toSeconds() + " s."
                        + quoted("These tasks hinder it, with their stacks:", tasks, Integer.MAX_VALUE));
    }

    private void judgeObjects() {
        if (guest.the(GuestEvent.Transition.class)
                .filter(GuestEvent.Transition::done)
                .isEmpty()) {
            return;
        }
        Map<KernelObject, BootReport.PatchedObject> shown = guest.patchedObjects().stream()
                .collect(
                        Collectors.toMap(BootReport.PatchedObject::object, object -> object, (first, second) -> first));
        Set<KernelObject> unloadable = guest.all(GuestEvent.ModuleLoad.class)
                .filter(load -> load.exitCode() != 0)
                .map(GuestEvent.ModuleLoad::module)
                .collect(Collectors.toSet());
        Set<KernelObject> objects = new TreeSet<>(shown.keySet());
        objects.addAll(request.objects().keySet());
        for (KernelObject object : objects) {
            judgeObject(object, shown.get(object), request.objects().get(object), unloadable.contains(object));
        }
    }

    private void judgeObject(
            KernelObject object, BootReport.PatchedObject shown, List<String> expected, boolean unloadable) {
        if (shown == null) {
            incomplete(object, "The loaded patch does not know this object.");
            return;
        }
        if (expected == null) {
            incomplete(object, "The loaded patch changes this object, which nobody meant to patch.");
            return;
        }
        if (!shown.patched() && !unloadable) {
            incomplete(object, "The transition is done and the object is not patched.");
        }
        List<String> functions = shown.functions().stream()
                .map(function ->
                        function.substring(0, function.contains(",") ? function.lastIndexOf(',') : function.length()))
                .sorted()
                .toList();
        List<String> wanted = expected.stream().sorted().toList();
        if (!Objects.equals(functions, wanted)) {
            incomplete(
                    object,
                    "The loaded patch replaces the functions " + functions + " where " + wanted + " were meant.");
        }
    }

    private void incomplete(KernelObject object, String what) {
        fail("object " + object, Problem.of(ProblemCode.PATCH_INCOMPLETE, object.name(), what));
    }

    private void judgeKernelLog() {
        List<KernelLog.Complaint> complaints = log.complaintsFrom("load " + module).stream()
                .filter(complaint -> !complaint.step().startsWith(TAKE_OUT))
                .toList();
        complaints.stream()
                .limit(SHOWN_COMPLAINTS)
                .forEach(complaint -> fail(
                        complaint.step(),
                        Problem.of(
                                ProblemCode.KERNEL_COMPLAINED,
                                CONSOLE + ":" + complaint.lineNumber(),
                                "The kernel said during \"" + complaint.step() + "\": " + complaint.text() + ".")));
        if (complaints.size() > SHOWN_COMPLAINTS) {
            fail(
                    KernelLog.END,
                    Problem.of(
                            ProblemCode.KERNEL_COMPLAINED,
                            CONSOLE,
                            "The kernel complained " + (complaints.size() - SHOWN_COMPLAINTS) + " times more."));
        }
    }

    /** Without repetitions: busybox's insmod tries again where the first system call fails. */
    private List<String> reasons(List<String> program, String step) {
        List<String> reasons = new ArrayList<>(program);
        log.during(step).stream()
                .filter(line -> EXPECTED_TAINTS.stream().noneMatch(line::contains))
                .forEach(reasons::add);
        return reasons.stream().distinct().toList();
    }

    private static String quoted(String title, List<String> lines) {
        return quoted(title, lines, SHOWN_LINES);
    }

    /** The last {@code most} of {@code lines}, indented, between the sentence before and the cure after. */
    private static String quoted(String title, List<String> lines, int most) {
        if (lines.isEmpty()) {
            return "";
        }
        List<String> shown = lines.subList(Math.max(0, lines.size() - most), lines.size());
        return " " + title + "\n"
                + shown.stream().map(line -> "    " + line + "\n").collect(Collectors.joining());
    }
}
