package io.github.kpatch.diff;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A one-to-one relation between elements of the original and of the patched object.
 *
 * @param patchedOf the patched twin of each original element that has one
 * @param originalOf the original twin of each patched element that has one
 */
record Twins<T>(Map<T, T> patchedOf, Map<T, T> originalOf) {
    Twins {
        patchedOf = Collections.unmodifiableMap(new HashMap<>(patchedOf));
        originalOf = Collections.unmodifiableMap(new HashMap<>(originalOf));
    }

    /** A relation of nothing. */
    static <T> Twins<T> none() {
        return new Twins<>(Map.of(), Map.of());
    }

    /** The twin in the patched object of {@code original}, an element of the original object. */
    Optional<T> patched(T original) {
        return Optional.ofNullable(patchedOf.get(original));
    }

    /** The twin in the original object of {@code patched}, an element of the patched object. */
    Optional<T> original(T patched) {
        return Optional.ofNullable(originalOf.get(patched));
    }

    /** A relation in the making; keeps itself one-to-one. */
    static final class Draft<T> {
        private final Map<T, T> patchedOf;
        private final Map<T, T> originalOf;

        /** Begins with {@code sofar}. */
        Draft(Twins<T> sofar) {
            patchedOf = new HashMap<>(sofar.patchedOf());
            originalOf = new HashMap<>(sofar.originalOf());
        }

        /** Relates the two unless one of them has a twin already. */
        void pair(T original, T patched) {
            if (!patchedOf.containsKey(original) && !originalOf.containsKey(patched)) {
                patchedOf.put(original, patched);
                originalOf.put(patched, original);
            }
        }

        /** Takes the twin from {@code original}, if it has one. */
        void separate(T original) {
            T patched = patchedOf.remove(original);
            if (patched != null) {
                originalOf.remove(patched);
            }
        }

        boolean hasPatched(T original) {
            return patchedOf.containsKey(original);
        }

        boolean hasOriginal(T patched) {
            return originalOf.containsKey(patched);
        }

        Optional<T> patched(T original) {
            return Optional.ofNullable(patchedOf.get(original));
        }

        Twins<T> done() {
            return new Twins<>(patchedOf, originalOf);
        }
    }
}
