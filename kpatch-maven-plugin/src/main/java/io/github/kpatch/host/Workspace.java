package io.github.kpatch.host;

import java.nio.file.Path;

/**
 * The folder of one build, {@code target/kpatch} of a patch project, and the only class that spells paths in it. Each
 * stage has a numbered folder and, beside it, a record of what it was made from; a person can look inside, and a
 * later goal finds there what an earlier one left.
 *
 * @param root the folder; made when first written to
 */
public record Workspace(Path root) {
    public Workspace {
        root = root.toAbsolutePath().normalize();
    }

    /**
     * Where a stage leaves its files.
     *
     * @param number the stage's place in the build, from 1
     * @param name the stage's goal
     */
    public Path stage(int number, String name) {
        return root.resolve(number + "-" + name);
    }

    /** What says that a stage is complete, and for which inputs. */
    public Path record(int number, String name) {
        return root.resolve(number + "-" + name + ".json");
    }

    /** Where a stage's tools leave their whole output. */
    public Path log(String name) {
        return root.resolve("logs").resolve(name + ".log");
    }
}
