package io.github.kpatch.delivery.signing;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * The password of a signing key, asked for only when it is needed. It has no text form, so that no log and no record can
 * hold it.
 */
public final class Secret {
    private final Supplier<Optional<char[]>> source;

    /** @param source brings the password; empty where the user gave none */
    public Secret(Supplier<Optional<char[]>> source) {
        this.source = source;
    }

    Optional<char[]> get() {
        return source.get();
    }

    @Override
    public String toString() {
        return "a password";
    }
}
