package io.github.kpatch.debuginfo.dwarf;

import java.io.IOException;

/** An attribute whose length is not known, so that nothing behind it can be read. */
final class UnknownFormException extends IOException {
    private static final long serialVersionUID = 1L;

    UnknownFormException(int form) {
        super("the unknown attribute form 0x" + Integer.toHexString(form));
    }
}
