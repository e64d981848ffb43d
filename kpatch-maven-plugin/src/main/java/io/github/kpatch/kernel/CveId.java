package io.github.kpatch.kernel;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a vulnerability, as scanners look it up: {@code CVE-YYYY-NNNN}, with four digits or more at its end.
 *
 * <p>Source: the schema of CVE records, {@code cveId}.
 *
 * @param value the name
 */
public record CveId(String value) implements Comparable<CveId> {
    private static final String FORM = "CVE-[0-9]{4}-[0-9]{4,19}";
    private static final Pattern ID = Pattern.compile(FORM);
    private static final Pattern IN_TEXT = Pattern.compile("(?<![A-Za-z0-9-])" + FORM + "(?![A-Za-z0-9-])");

    /**
     * The name that somebody gave.
     *
     * @param where who gave it, for messages
     * @throws ProblemException KP702 when it is none
     */
    public static CveId parse(String where, String text) {
        if (text == null || !ID.matcher(text.strip()).matches()) {
            throw ProblemException.input(
                    ProblemCode.CVE_INVALID, where, "'" + (text == null ? "" : text) + "' is no CVE identifier.");
        }
        return new CveId(text.strip());
    }

    /** All that a text names, sorted. */
    public static SortedSet<CveId> in(String text) {
        SortedSet<CveId> named = new TreeSet<>();
        Matcher matcher = IN_TEXT.matcher(text);
        while (matcher.find()) {
            named.add(new CveId(matcher.group()));
        }
        return Collections.unmodifiableSortedSet(named);
    }

    @Override
    public int compareTo(CveId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
