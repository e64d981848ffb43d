package io.github.kpatch.boot;

import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.problem.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What became of a boot test. */
public sealed interface BootReport {
    /**
     * The test did not take place. Whether that is acceptable is the caller's decision; it must be visible.
     *
     * @param reason what is missing, and how to get it
     */
    record Skipped(Problem reason) implements BootReport {}

    /**
     * The machine was started.
     *
     * @param failures everything that went wrong; empty when the patch has proved itself
     * @param steps what was done, in order
     * @param scripts each call of a script, in order
     * @param objects what the kernel said it had patched when the transition was done
     * @param consoleLog the kernel's console, whole
     * @param accelerator {@code kvm} or {@code tcg}
     * @param bootTime from the kernel's start to the first step, on the guest's clock; zero where it never got there
     * @param wallTime the machine's whole life, on the host's clock
     */
    record Finished(
            List<Failure> failures,
            List<Step> steps,
            List<ScriptRun> scripts,
            List<PatchedObject> objects,
            Path consoleLog,
            String accelerator,
            Duration bootTime,
            Duration wallTime)
            implements BootReport {
        public Finished {
            failures = List.copyOf(failures);
            steps = List.copyOf(steps);
            scripts = List.copyOf(scripts);
            objects = List.copyOf(objects);
        }

        /** Whether the patch has proved itself. */
        public boolean passed() {
            return failures.isEmpty();
        }

        /** What went wrong. */
        public List<Problem> problems() {
            return failures.stream().map(Failure::problem).toList();
        }
    }

    /**
     * A step of the test.
     *
     * @param title such as {@code script before 10-version.sh}
     * @param time how long it took on the guest's clock; zero where the machine did not live to its end
     */
    record Step(String title, Duration time) {}

    /**
     * Something that went wrong.
     *
     * @param step the title of the step in which it did, or what it was about
     */
    record Failure(String step, Problem problem) {}

    /**
     * One call of a script.
     *
     * @param phase {@code before}, {@code after} or {@code unloaded}
     * @param script its file name
     * @param exitCode 0 for success
     * @param output what it wrote, standard error included; cut after 256 KiB
     */
    record ScriptRun(String phase, String script, int exitCode, List<String> output) {
        public ScriptRun {
            output = List.copyOf(output);
        }
    }

    /**
     * A kernel object as {@code /sys/kernel/livepatch/<patch>/<object>} shows it.
     *
     * @param object the object
     * @param patched whether the kernel says that it is patched; kernels before 6.1 do not say, and count as saying so
     * @param functions the names of its function folders, such as {@code version_proc_show,1}
     */
    record PatchedObject(KernelObject object, boolean patched, List<String> functions) {
        public PatchedObject {
            functions = List.copyOf(functions);
        }
    }
}
