package io.github.kpatch.boot;

import io.github.kpatch.kernel.KernelObject;
import java.time.Duration;
import java.util.List;

/** One record of the guest's report, as the script {@code init} writes it. */
sealed interface GuestEvent {
    /**
     * The kernel is up.
     *
     * @param after on the guest's clock
     */
    record Booted(Duration after) implements GuestEvent {}

    /**
     * What is about to happen.
     *
     * @param title such as {@code script before 10-version.sh}; the kernel log carries the same words
     */
    record Step(String title) implements GuestEvent {}

    /** A target module or one it depends on was inserted, or not. */
    record ModuleLoad(KernelObject module, boolean needed, int exitCode, List<String> output) implements GuestEvent {}

    /** A script has ended. */
    record Script(BootReport.ScriptRun run) implements GuestEvent {}

    /** The patch was inserted, or not. */
    record Load(int exitCode, List<String> output) implements GuestEvent {}

    /** A task that hinders a transition. */
    record Task(int id, String command, List<String> stack) implements GuestEvent {}

    /** How the transition to the patched kernel ended. */
    record Transition(boolean done) implements GuestEvent {}

    /**
     * A patched object.
     *
     * @param state the content of its file {@code patched}, or {@code -}
     */
    record PatchedObject(KernelObject object, String state) implements GuestEvent {}

    /** A patched function of an object. */
    record PatchedFunction(KernelObject object, String function) implements GuestEvent {}

    /** How the transition back ended. */
    record Disable(boolean done) implements GuestEvent {}

    /** The patch was removed, or not. */
    record Unload(int exitCode, List<String> output) implements GuestEvent {}

    /** The guest has played all its steps. */
    record End() implements GuestEvent {}
}
