package io.github.kpatch.stages;

import io.github.kpatch.host.Workspace;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The stages of a build, in their order. A stage is a goal of the plugin, and its phase is what a user runs to have the
 * stage and all before it done.
 */
public enum Stage {
    TOOLCHAIN(1, "toolchain", "validate"),
    UNPACK(2, "unpack", "initialize"),
    CHECK_PATCHES(3, "check-patches", "process-sources"),
    SPECIAL_SECTIONS(4, "special-sections", "generate-resources"),
    BUILD_OBJECTS(5, "build-objects", "compile"),
    DIFF(6, "diff", "process-classes"),
    LINK(7, "link", "package"),
    BOOT_TEST(8, "boot-test", "integration-test"),
    REPORT(9, "report", "verify");

    private final int number;
    private final String goal;
    private final String phase;

    Stage(int number, String goal, String phase) {
        this.number = number;
        this.goal = goal;
        this.phase = phase;
    }

    /** The goal that does this stage. */
    public String goal() {
        return goal;
    }

    /** The phase of packaging {@code kpatch} the goal is bound to. */
    public String phase() {
        return phase;
    }

    /** The stage before this one. */
    Stage before() {
        return Arrays.stream(values())
                .filter(stage -> stage.number == number - 1)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(goal + " is the first stage"));
    }

    Path folder(Workspace workspace) {
        return workspace.stage(number, goal);
    }

    Path record(Workspace workspace) {
        return workspace.record(number, goal);
    }

    Path log(Workspace workspace) {
        return workspace.log(goal);
    }
}
