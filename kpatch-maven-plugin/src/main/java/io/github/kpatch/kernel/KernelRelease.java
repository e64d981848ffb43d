package io.github.kpatch.kernel;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kernel release as {@code uname -r} prints it, such as {@code 6.1.0-56-amd64}. Distributions freeze the numbers for
 * compatibility, so a release is <em>not</em> the version of the source (Debian's {@code 6.1.0-56-amd64} is built from
 * 6.1.192); rules that depend on the kernel's version use the first two numbers only.
 *
 * @param value the whole text; it names {@code /lib/modules/<value>}
 */
public record KernelRelease(String value) implements Comparable<KernelRelease> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})[A-Za-z0-9._+~-]{0,58}");

    /**
     * @throws IllegalArgumentException when {@code value} does not begin with two numbers or holds a character that no
     *     release has
     */
    public KernelRelease {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not a kernel release: " + value);
        }
    }

    /** Whether {@code value} has the form of a release. */
    public static boolean isValid(String value) {
        return FORM.matcher(value).matches();
    }

    /** Whether this is kernel {@code major.minor} or newer. */
    public boolean isAtLeast(int major, int minor) {
        Matcher matcher = FORM.matcher(value);
        if (!matcher.matches()) {
            throw new IllegalStateException(value);
        }
        int own = Integer.parseInt(matcher.group(1));
        return own > major || (own == major && Integer.parseInt(matcher.group(2)) >= minor);
    }

    /** Who acts on the tables about code of a live patch. */
    public TableSetup tableSetup() {
        return isAtLeast(5, 8) ? TableSetup.BY_LOADER : TableSetup.BY_LIVEPATCH;
    }

    /** Orders as people read releases: number by number, then text. */
    @Override
    public int compareTo(KernelRelease other) {
        String[] mine = value.split("(?<=\\d)(?=\\D)|(?<=\\D)(?=\\d)");
        String[] theirs = other.value.split("(?<=\\d)(?=\\D)|(?<=\\D)(?=\\d)");
        for (int i = 0; i < Math.min(mine.length, theirs.length); i++) {
            boolean numbers = Character.isDigit(mine[i].charAt(0)) && Character.isDigit(theirs[i].charAt(0));
            int order = numbers
                    ? new BigInteger(mine[i]).compareTo(new BigInteger(theirs[i]))
                    : mine[i].compareTo(theirs[i]);
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(mine.length, theirs.length);
    }

    @Override
    public String toString() {
        return value;
    }
}
