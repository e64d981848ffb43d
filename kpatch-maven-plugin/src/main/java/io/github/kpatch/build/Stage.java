package io.github.kpatch.build;

import io.github.kpatch.host.Workspace;
import java.nio.file.Path;

/**
 * The stages of a build, in their order. A stage is a goal of the plugin, and its phase is what a user runs to have the
 * stage and all before it done.
 */
public enum Stage {
    TOOLCHAIN("toolchain", "validate"),
    UNPACK("unpack", "initialize"),
    CHECK_PATCHES("check-patches", "process-sources"),
    SPECIAL_SECTIONS("special-sections", "generate-resources"),
    BUILD_OBJECTS("build-objects", "compile"),
    DIFF("diff", "process-classes"),
    LINK("link", "package"),
    BOOT_TEST("boot-test", "integration-test");

    private final String goal;
    private final String phase;

    Stage(String goal, String phase) {
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

    Path folder(Workspace workspace) {
        return workspace.stage(ordinal() + 1, goal);
    }

    Path record(Workspace workspace) {
        return workspace.record(ordinal() + 1, goal);
    }

    Path log(Workspace workspace) {
        return workspace.log(goal);
    }
}
