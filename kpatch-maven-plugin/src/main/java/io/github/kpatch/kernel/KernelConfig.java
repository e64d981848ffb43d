package io.github.kpatch.kernel;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kernel's {@code .config}. It decides whether live patching works at all, and a module built with another config than
 * the running kernel's can crash the machine, so configs are compared option by option.
 *
 * <p>Options may be named with or without {@code CONFIG_} everywhere; answers always carry it.
 *
 * <p>An option that is not mentioned means the same as one that {@code is not set}. Kconfig leaves an option out where
 * what it depends on is not set, or where it does not exist in that kernel; no code then sees its macro, as with {@code n}.
 * What is absent from a file of {@code savedefconfig} has its default instead. Such a file is no {@code .config}; taken
 * for one it is refused, since {@code olddefconfig} then sets options that it seems not to set.
 */
public final class KernelConfig {
    private static final String PREFIX = "CONFIG_";
    private static final Pattern SET = Pattern.compile("(CONFIG_\\w+)=(\"(?:[^\"\\\\]|\\\\.)*\"|[^\"\\s]\\S*)");
    private static final Pattern NOT_SET = Pattern.compile("# (CONFIG_\\w+) is not set");

    /**
     * One option that two configs set differently.
     *
     * @param option its name, with {@code CONFIG_}
     * @param here its value in this config as {@code .config} writes it; empty where it is not set
     * @param there its value in the other config, likewise
     */
    public record Difference(String option, Optional<String> here, Optional<String> there) {
        /** The option with both values, as in {@code CONFIG_LTO: y here, not set there}. */
        @Override
        public String toString() {
            return option + ": " + here.orElse("not set") + " here, " + there.orElse("not set") + " there";
        }
    }

    /** The options that are set, with their values as the file writes them. */
    private final SortedMap<String, String> values;

    private KernelConfig(SortedMap<String, String> values) {
        this.values = Collections.unmodifiableSortedMap(values);
    }

    /**
     * Reads a {@code .config}.
     *
     * @param where what to call it in messages
     * @throws ProblemException with {@link ProblemCode#CONFIG_MALFORMED} when a line is neither an option nor a comment,
     *     or there is no option at all
     */
    public static KernelConfig parse(String where, byte[] text) {
        SortedMap<String, String> values = new TreeMap<>();
        boolean any = false;
        int number = 0;
        for (String line : new String(text, StandardCharsets.ISO_8859_1).lines().toList()) {
            number++;
            Matcher set = SET.matcher(line.stripTrailing());
            Matcher notSet = NOT_SET.matcher(line.stripTrailing());
            if (set.matches()) {
                any = true;
                put(values, set.group(1), set.group(2));
            } else if (notSet.matches()) {
                any = true;
                values.remove(notSet.group(1));
            } else if (!line.isBlank() && !line.startsWith("#")) {
                throw malformed(where + ", line " + number, "The line is neither an option nor a comment.");
            }
        }
        if (!any) {
            throw malformed(where, "It holds no option.");
        }
        return new KernelConfig(values);
    }

    private static void put(SortedMap<String, String> values, String option, String value) {
        if (value.equals("n")) {
            values.remove(option);
        } else {
            values.put(option, value);
        }
    }

    private static ProblemException malformed(String where, String what) {
        return ProblemException.input(ProblemCode.CONFIG_MALFORMED, where, what);
    }

    private static String full(String option) {
        return option.startsWith(PREFIX) ? option : PREFIX + option;
    }

    /** Whether the option is {@code y} or {@code m}. */
    public boolean isEnabled(String option) {
        String value = values.getOrDefault(full(option), "n");
        return value.equals("y") || value.equals("m");
    }

    /** The option's value, a text without its quotes and escapes; empty when it is not set. */
    public Optional<String> text(String option) {
        return Optional.ofNullable(values.get(full(option))).map(KernelConfig::unquoted);
    }

    private static String unquoted(String value) {
        return value.startsWith("\"") ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1") : value;
    }

    /** The options that are set, with {@code CONFIG_} and their values as {@code .config} writes them, sorted. */
    public Map<String, String> values() {
        return values;
    }

    /** The options that {@code other} sets differently, sorted by name. */
    public List<Difference> differencesTo(KernelConfig other) {
        TreeSet<String> options = new TreeSet<>(values.keySet());
        options.addAll(other.values.keySet());
        List<Difference> differences = new ArrayList<>();
        for (String option : options) {
            Optional<String> here = Optional.ofNullable(values.get(option));
            Optional<String> there = Optional.ofNullable(other.values.get(option));
            if (!here.equals(there)) {
                differences.add(new Difference(option, here, there));
            }
        }
        return differences;
    }
}
