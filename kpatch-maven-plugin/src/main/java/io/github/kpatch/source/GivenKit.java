package io.github.kpatch.source;

import java.nio.file.Path;

/**
 * A kernel kit that the user names. Where it comes from only Maven knows.
 *
 * @param coordinates {@code groupId:artifactId:version}
 * @param repository brings its artifacts
 */
public record GivenKit(String coordinates, Repository repository) {
    /** The extension of a kit's main artifact. */
    public static final String EXTENSION = "kernel-kit";

    /** Brings artifacts to this machine. */
    @FunctionalInterface
    public interface Repository {
        /**
         * The file of one of the kit's artifacts.
         *
         * @param classifier empty for the kit itself
         * @param extension the artifact's
         * @throws io.github.kpatch.problem.ProblemException KP240 when it cannot be had
         */
        Path file(String classifier, String extension);
    }
}
