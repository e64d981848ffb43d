/**
 * Coverage-guided fuzzing of what reads bytes that others made. A wrong module is the worst outcome, and neither reviews
 * nor examples find what nobody thought of; a fuzzer that watches which code each input reaches does.
 */
package io.github.kpatch.fuzz;
