package io.github.kpatch.fuzz;

/**
 * The fuzzer's bytes, read as decisions. A decision takes one byte wherever one is enough, so that a change of a byte is
 * a change of a decision, and what lies behind the end is zero, so that every input is a script.
 */
final class Script {
    private final byte[] bytes;
    private int at;

    Script(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean hasMore() {
        return at < bytes.length;
    }

    int position() {
        return at;
    }

    /** Goes back to what {@link #position()} answered. */
    void rewind(int position) {
        at = position;
    }

    /** The next byte, 0 to 255. */
    int next() {
        return at < bytes.length ? bytes[at++] & 0xff : 0;
    }

    /** One of {@code count} things, {@code count} above 0. */
    int choose(int count) {
        int first = next();
        return (count > 256 ? first << 8 | next() : first) % count;
    }

    @SafeVarargs
    final <T> T oneOf(T... things) {
        return things[choose(things.length)];
    }

    /** A number: one at which arithmetic tends to break, or one close to {@code near}, or any. */
    long number(long near) {
        return switch (choose(20)) {
            case 0 -> 0;
            case 1 -> 1;
            case 2 -> -1;
            case 3 -> near - 1;
            case 4 -> near + 1;
            case 5 -> near * 2;
            case 6 -> near ^ 1L << choose(64);
            case 7 -> near + next();
            case 8 -> near - next();
            case 9 -> Integer.MAX_VALUE;
            case 10 -> 1L << 31;
            case 11 -> 0xffff_ffffL;
            case 12 -> 1L << 32;
            case 13 -> Long.MAX_VALUE;
            case 14 -> Long.MIN_VALUE;
            case 15 -> Integer.MIN_VALUE;
            case 16 -> next() << 8 | next();
            case 17 -> {
                long any = 0;
                for (int i = 0; i < 8; i++) {
                    any = any << 8 | next();
                }
                yield any;
            }
            default -> next();
        };
    }
}
