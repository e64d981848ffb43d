package io.github.kpatch.stages;

import io.github.kpatch.boot.BootLimits;
import io.github.kpatch.boot.BootSettings;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a project wants of its boot test.
 *
 * @param scripts the project's test scripts
 * @param settings of the machine and the test
 * @param required whether a test that cannot take place is a failure
 * @param results folder for the results as CI systems read them
 */
public record BootTestRequest(TestScripts scripts, BootSettings settings, boolean required, Path results) {
    /**
     * What a project wants, as its parameters say it.
     *
     * @param processors of the guest, from 1
     * @param memory of the guest in MiB; 0 for as much as its contents need
     * @param bootSeconds time limit of the kernel's start, from 1
     * @param transitionSeconds time limit of a transition, from 1
     * @param scriptSeconds time limit of a call of a script, from 1
     * @param rounds how often the patch is loaded and taken back, from 1
     * @param busy whether the processors are kept busy in the rounds after the first
     * @param kernelArguments for the kernel's command line, with blanks between them
     * @param qemuArguments for QEMU
     * @throws ProblemException KP106 with all that is out of range
     */
    public static BootTestRequest of(
            TestScripts scripts,
            int processors,
            int memory,
            int bootSeconds,
            int transitionSeconds,
            int scriptSeconds,
            int rounds,
            boolean busy,
            String kernelArguments,
            List<String> qemuArguments,
            boolean required,
            Path results) {
        List<Problem> problems = new ArrayList<>();
        atLeast(1, "processors", processors, problems);
        if (memory != 0) {
            atLeast(BootSettings.LEAST_MEMORY, "memory", memory, problems);
        }
        atLeast(1, "bootSeconds", bootSeconds, problems);
        atLeast(1, "transitionSeconds", transitionSeconds, problems);
        atLeast(1, "scriptSeconds", scriptSeconds, problems);
        atLeast(1, "rounds", rounds, problems);
        if (!problems.isEmpty()) {
            throw ProblemException.inputs(problems);
        }
        return new BootTestRequest(
                scripts,
                new BootSettings(
                        processors,
                        memory == 0 ? OptionalInt.empty() : OptionalInt.of(memory),
                        new BootLimits(
                                Duration.ofSeconds(bootSeconds),
                                Duration.ofSeconds(transitionSeconds),
                                Duration.ofSeconds(scriptSeconds)),
                        rounds,
                        busy,
                        kernelArguments.isBlank()
                                ? List.of()
                                : List.of(kernelArguments.strip().split("\\s+")),
                        qemuArguments),
                required,
                results);
    }

    /** All that the outcome depends on, the scripts aside. */
    String identity() {
        return settings + " " + results;
    }

    private static void atLeast(int least, String parameter, int value, List<Problem> problems) {
        if (value < least) {
            problems.add(new Problem(
                    ProblemCode.PARAMETER_INVALID,
                    "kpatch.bootTest." + parameter,
                    value + " is too small.",
                    "Give " + least + " or more."));
        }
    }
}
