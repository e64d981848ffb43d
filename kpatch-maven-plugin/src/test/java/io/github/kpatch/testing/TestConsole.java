package io.github.kpatch.testing;

import io.github.kpatch.host.Console;
import java.util.ArrayList;
import java.util.List;

/** A console that remembers what it was told. */
public class TestConsole implements Console {
    /** The lines of the story. */
    public final List<String> told = new ArrayList<>();

    /** The warnings. */
    public final List<String> warned = new ArrayList<>();

    @Override
    public final void info(String line) {
        told.add(line);
    }

    @Override
    public final void warn(String line) {
        warned.add(line);
    }
}
