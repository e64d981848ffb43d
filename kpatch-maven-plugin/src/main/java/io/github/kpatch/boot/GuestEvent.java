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
     * @param at on the guest's clock
     * @param title such as {@code script before 10-version.sh}; the kernel log carries the same words
     */
    record Step(Duration at, String title) implements GuestEvent {}

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

    /**
     * Something that is done again after the first round.
     *
     * @param when the number of the round, or {@link #LATE}
     */
    record Again(String when, GuestEvent event) implements GuestEvent {
        /** The time when the modules that the patch is for are loaded after it. */
        static final String LATE = "late";
    }

    /** A module that the patch is for cannot be taken out, so that it cannot be loaded after the patch. */
    record Kept(KernelObject module) implements GuestEvent {}

    /**
     * The guest has played all its steps.
     *
     * @param at on the guest's clock
     */
    record End(Duration at) implements GuestEvent {}
}
