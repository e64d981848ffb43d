package io.github.kpatch.host;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Files;
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

    /** What to call a file that lies there now, so that later stages find this very content again. */
    public KeptFile keep(Path file) {
        return new KeptFile(root.relativize(file.toAbsolutePath().normalize()), Digests.of(file));
    }

    /** Where a kept file should be. */
    public Path locate(KeptFile file) {
        return root.resolve(file.path()).normalize();
    }

    /** Whether a kept file is there with the content that it was left with. */
    public boolean holds(KeptFile file) {
        Path path = locate(file);
        return Files.isRegularFile(path) && Digests.of(path).equals(file.sha256());
    }

    /**
     * The content that a kept file was left with.
     *
     * @throws ProblemException KP108 when the file is gone or holds something else
     */
    public byte[] read(KeptFile file) {
        Path path = locate(file);
        if (Files.isRegularFile(path)) {
            byte[] content = Folders.doing(path, () -> Files.readAllBytes(path));
            if (Digests.of(content).equals(file.sha256())) {
                return content;
            }
        }
        throw ProblemException.input(
                ProblemCode.KEPT_FILE_CHANGED, path.toString(), "It is not what the build left there.");
    }

    /** What one build at a time holds while it works here. */
    public Path lock() {
        return root.resolve(".lock");
    }

    /** Where a stage's tools leave their whole output. */
    public Path log(String name) {
        return root.resolve("logs").resolve(name + ".log");
    }
}
