package io.github.kpatch.fuzz;

import java.util.ArrayList;
import java.util.List;

/**
 * An input under which a law does not hold. The fuzzer tells findings apart by their stack traces and keeps one input of
 * each, so what kind of finding it is stands on top of its own: else the first one of a law would hide all others.
 */
final class Finding extends AssertionError {
    private static final long serialVersionUID = 1L;

    /**
     * A finding.
     *
     * @param law that is broken
     * @param kind what tells it from other findings about the same law; the same for many inputs
     * @param details of this one
     */
    Finding(String law, String kind, String details) {
        super(law + ": " + details);
        List<StackTraceElement> trace = new ArrayList<>(List.of(getStackTrace()));
        trace.add(0, new StackTraceElement(law, kind, null, -1));
        setStackTrace(trace.toArray(StackTraceElement[]::new));
    }
}
