package io.github.kpatch.diff;

/** What became of an element of the patched object. */
enum Status {
    /** It has no twin in the original object. */
    NEW,
    /** It differs from its twin. */
    CHANGED,
    /** It equals its twin, or the difference means nothing. */
    SAME
}
