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
import java.util.stream.Stream;

/**
 * Judges a boot test from the guest's report and the kernel's console. Everything that went wrong is collected: a boot
 * takes long enough that nobody wants to see one failure at a time.
 */
final class Verdict {
    private static final int SHOWN_LINES = 20;
    private static final int SHOWN_COMPLAINTS = 10;
    private static final String CONSOLE = "console.log";

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
    private final List<Problem> problems = new ArrayList<>();

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
     * @return all problems, in the order of the steps; empty when the patch has proved itself
     */
    static List<Problem> of(
            BootRequest request, GuestPlan plan, GuestTranscript guest, KernelLog log, CommandResult machine) {
        Verdict verdict = new Verdict(request, plan, guest, log);
        verdict.judgeMachine(machine);
        verdict.judgeTargetModules();
        verdict.judgeScripts();
        verdict.judgeLoad();
        verdict.judgeObjects();
        verdict.judgeUnload();
        verdict.judgeKernelLog();
        return List.copyOf(verdict.problems);
    }

    private void judgeMachine(CommandResult machine) {
        if (guest.the(GuestEvent.End.class).isPresent()) {
            if (!log.isComplete()) {
                problems.add(Problem.of(
                        ProblemCode.BOOT_FAILED,
                        CONSOLE,
                        "The console log has lost its end, so that nobody knows what the kernel said."));
            }
            if (!answeredAll()) {
                problems.add(Problem.of(
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
        problems.add(Problem.of(
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
        return unload.isPresent() && (unload.get().exitCode() != 0 || answered("unloaded"));
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
                .forEach(load -> problems.add(Problem.of(
                        ProblemCode.TARGET_MODULE_NOT_LOADED,
                        load.module().name(),
                        "The kernel did not load it, so the patch to it is not proved."
                                + quoted(
                                        "The reasons given:",
                                        reasons(load.output(), "load target module " + load.module())))));
    }

    private void judgeScripts() {
        guest.all(GuestEvent.Script.class)
                .map(GuestEvent.Script::run)
                .filter(run -> run.exitCode() != 0)
                .forEach(run -> problems.add(Problem.of(
                        ProblemCode.TEST_SCRIPT_FAILED,
                        run.script() + " " + run.phase(),
                        "It ended with exit code " + run.exitCode() + killed(run) + "."
                                + quoted("Its output:", run.output()))));
    }

    /** 128 + SIGKILL, which is what the time limit sends. */
    private String killed(BootReport.ScriptRun run) {
        return run.exitCode() == 137
                ? " (killed; its time limit is " + request.limits().script().toSeconds() + " s)"
                : "";
    }

    private void judgeLoad() {
        Optional<GuestEvent.Load> load = guest.the(GuestEvent.Load.class);
        if (load.isPresent() && load.get().exitCode() != 0) {
            problems.add(Problem.of(
                    ProblemCode.LOAD_FAILED,
                    module,
                    "The kernel did not load the module."
                            + quoted("The reasons given:", reasons(load.get().output(), "load " + module))));
        }
        if (guest.the(GuestEvent.Transition.class)
                .filter(transition -> !transition.done())
                .isPresent()) {
            problems.add(stuck("The transition did not end"));
        }
    }

    private void judgeUnload() {
        if (guest.the(GuestEvent.Disable.class)
                .filter(disable -> !disable.done())
                .isPresent()) {
            problems.add(stuck("The transition back did not end"));
        }
        guest.the(GuestEvent.Unload.class)
                .filter(unload -> unload.exitCode() != 0)
                .ifPresent(unload -> problems.add(Problem.of(
                        ProblemCode.UNLOAD_FAILED,
                        module,
                        "The kernel did not let go of the module."
                                + quoted("The reasons given:", reasons(unload.output(), "unload " + module)))));
    }

    private Problem stuck(String what) {
        List<String> tasks = guest.all(GuestEvent.Task.class)
                .flatMap(task -> Stream.concat(
                        Stream.of(task.command() + " (task " + task.id() + ")"),
                        task.stack().stream().map(line -> "  " + line)))
                .toList();
        return Problem.of(
                ProblemCode.TRANSITION_STUCK,
                module,
                what + " within " + request.limits().transition().toSeconds() + " s."
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
        problems.add(Problem.of(ProblemCode.PATCH_INCOMPLETE, object.name(), what));
    }

    private void judgeKernelLog() {
        List<KernelLog.Complaint> complaints = log.complaintsFrom("load " + module);
        complaints.stream()
                .limit(SHOWN_COMPLAINTS)
                .forEach(complaint -> problems.add(Problem.of(
                        ProblemCode.KERNEL_COMPLAINED,
                        CONSOLE + ":" + complaint.lineNumber(),
                        "The kernel said during \"" + complaint.step() + "\": " + complaint.text() + ".")));
        if (complaints.size() > SHOWN_COMPLAINTS) {
            problems.add(Problem.of(
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
