package io.github.kpatch.host;

/** Where a build tells its story: Maven's log, or a list in a test. */
public interface Console {
    /** One line of the story. */
    void info(String line);

    /** Something the user should act on, though the build goes on. */
    void warn(String line);
}
