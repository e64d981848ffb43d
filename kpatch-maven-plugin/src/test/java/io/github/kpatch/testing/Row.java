package io.github.kpatch.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says which rows of the table of the differ's scenarios ({@code scenarios.tsv} beside the tests of package {@code diff})
 * a test covers. {@code ScenarioTableTest} makes sure that no row is without a test.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Row {
    /** The rows' numbers. */
    String[] value();
}
