package io.github.kpatch.mojo;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/** The one time that reaches the tools of a build, so that the same inputs make the same bytes on any day. */
final class OutputTimestamp {
    private OutputTimestamp() {}

    /**
     * The time, from the project's property {@code project.build.outputTimestamp} or else the environment.
     *
     * @param property ISO 8601 with offset, or seconds since 1970; a text of one character, as other plugins have it,
     *     means none
     * @param sourceDateEpoch seconds since 1970
     * @throws ProblemException KP106 for any other text
     */
    static Optional<Instant> of(String property, String sourceDateEpoch) {
        if (property != null && (property.length() > 1 || isDigits(property))) {
            return Optional.of(parse("project.build.outputTimestamp", property));
        }
        return Optional.ofNullable(sourceDateEpoch)
                .filter(value -> !value.isBlank())
                .map(value -> parse("SOURCE_DATE_EPOCH", value));
    }

    private static Instant parse(String where, String value) {
        try {
            return isDigits(value)
                    ? Instant.ofEpochSecond(Long.parseLong(value))
                    : OffsetDateTime.parse(value).toInstant();
        } catch (DateTimeException | NumberFormatException e) {
            throw ProblemException.input(
                    ProblemCode.PARAMETER_INVALID,
                    where,
                    "It is " + value + ", and must be a time such as 2026-11-22T00:00:00Z or seconds since 1970.");
        }
    }

    private static boolean isDigits(String value) {
        return !value.isEmpty() && value.chars().allMatch(Character::isDigit);
    }
}
