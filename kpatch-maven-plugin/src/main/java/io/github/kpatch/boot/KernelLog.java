package io.github.kpatch.boot;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What the kernel said on its console, and during which step of the test: the guest writes each step's title into the
 * kernel log.
 *
 * @param lines the console, oldest first
 */
record KernelLog(List<String> lines) {
    static final String MARK = "kpatch-boot-test: ";

    /** The last mark; a console without it is not complete. */
    static final String END = "end";

    /**
     * Signs of a kernel in trouble: warnings, the several openings of an oops, RCU stalls, hung tasks, panics; and lost
     * messages, because any of the others may be among them. And what it says of modules whose code it cannot make safe or
     * trace as it does its own.
     */
    private static final Pattern COMPLAINT = Pattern.compile("WARNING:|BUG:|\\bOops\\b|kernel BUG at "
            + "|: [0-9a-f]{4} \\[#\\d+\\]"
            + "|\\brcu\\S*:? .*\\b(stalls?|starved)\\b"
            + "|INFO: task .* blocked for more than "
            + "|Kernel panic - "
            + "|printk messages dropped"
            + "|Unpatched return thunk"
            + "|Missing ENDBR"
            + "|control protection ip:"
            + "|CFI failure"
            + "|callthunks: Invalid padding area"
            + "|ITS page allocation failed"
            + "|ALT_FLAG_DIRECT_CALL set for "
            + "|unexpected static_call insn opcode"
            + "|trampoline signature fail"
            + "|Invalid relocation target, existing value "
            + "|retpoline.*may affect Spectre v2 mitigation"
            + "|not compiled with retpoline");

    private static final String EVENT_END = "---[ end ";

    /** Lines after which a complaint without an end mark of its own is taken to be over. */
    private static final int LONGEST_EVENT = 80;

    private static final Pattern TIME = Pattern.compile("^\\[ *\\d+\\.\\d+\\](?:\\[[^\\]]*\\])? ");

    KernelLog {
        lines = List.copyOf(lines);
    }

    /**
     * One event that the kernel complained about.
     *
     * @param lineNumber of its first line in the console log, from 1
     * @param step during which it came
     * @param text its first line without the time
     */
    record Complaint(int lineNumber, String step, String text) {}

    /** Every complaint after the mark of {@code step}; none where the log has no such mark. */
    List<Complaint> complaintsFrom(String step) {
        List<Complaint> complaints = new ArrayList<>();
        String current = "";
        boolean started = false;
        int insideUntil = -1;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            int mark = line.indexOf(MARK);
            if (mark >= 0) {
                current = line.substring(mark + MARK.length());
                started |= current.equals(step);
            } else if (line.contains(EVENT_END)) {
                insideUntil = -1;
            } else if (started && i >= insideUntil && COMPLAINT.matcher(line).find()) {
                complaints.add(new Complaint(i + 1, current, withoutTime(line)));
                insideUntil = i + LONGEST_EVENT;
            }
        }
        return complaints;
    }

    /** What the kernel said during {@code step}, without times. */
    List<String> during(String step) {
        List<String> said = new ArrayList<>();
        boolean inside = false;
        for (String line : lines) {
            int mark = line.indexOf(MARK);
            if (mark >= 0) {
                inside = line.substring(mark + MARK.length()).equals(step);
            } else if (inside) {
                said.add(withoutTime(line));
            }
        }
        return said;
    }

    /** Whether the console holds all that the kernel said during the test. */
    boolean isComplete() {
        return lines.stream().anyMatch(line -> line.endsWith(MARK + END));
    }

    /** The last lines. */
    List<String> tail(int count) {
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }

    private static String withoutTime(String line) {
        return TIME.matcher(line).replaceFirst("");
    }
}
