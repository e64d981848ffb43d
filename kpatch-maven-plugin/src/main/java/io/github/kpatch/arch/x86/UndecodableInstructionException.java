package io.github.kpatch.arch.x86;

/**
 * The bytes are no instruction whose length is beyond doubt. Checked, because every caller knows a different object,
 * section and function to name in the problem it makes of this.
 */
public final class UndecodableInstructionException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int offset;

    UndecodableInstructionException(int offset, String why) {
        super(why);
        this.offset = offset;
    }

    /** Where the instruction begins: the offset that was asked for. */
    public int offset() {
        return offset;
    }
}
