package io.github.kpatch.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Work for several kernels at once. */
class EachKernelTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private static final List<String> KERNELS = List.of("6.1", "6.6", "6.12");

    private static ProblemException problem(String where) {
        return ProblemException.input(ProblemCode.PARAMETER_INVALID, where, "It is wrong.");
    }

    @Test
    void oneThatFailsHidesNoOther() {
        SortedMap<String, Integer> done = new ConcurrentSkipListMap<>();

        assertThat(EachKernel.run(KERNELS, 1, 1, (kernel, jobs) -> {
                    if (!kernel.equals("6.6")) {
                        throw problem(kernel);
                    }
                    done.put(kernel, jobs);
                }))
                .extracting(failed -> failed.kernel() + " "
                        + failed.problem().problems().get(0).where())
                .containsExactly("6.1 6.1", "6.12 6.12");
        assertThat(done).isEqualTo(Map.of("6.6", 1));
    }

    @ParameterizedTest
    @CsvSource({"3, 1 1 1, 3", "8, 3 3 2, 3", "1, 1 1 1, 1", "2, 1 1 1, 2"})
    void theyShareTheJobs(int jobs, String shares, int atOnce) throws InterruptedException {
        SortedMap<Integer, Integer> got = new ConcurrentSkipListMap<>();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger now = new AtomicInteger();
        CountDownLatch met = new CountDownLatch(atOnce);
        EachKernel.run(List.of(0, 1, 2), jobs, 1, (kernel, share) -> {
            got.put(kernel, share);
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            met.countDown();
            await(met);
            now.decrementAndGet();
        });

        assertThat(got.values()).extracting(Object::toString).containsExactly(shares.split(" "));
        assertThat(most).hasValueLessThanOrEqualTo(atOnce);
        assertThat(met.await(0, TimeUnit.SECONDS))
                .as("as many at once as may be")
                .isTrue();
    }

    @Test
    void whatTakesAllProcessorsIsDoneOneAfterTheOther() {
        AtomicInteger now = new AtomicInteger();

        assertThat(EachKernel.run(KERNELS, 2, 2, (kernel, jobs) -> {
                    assertThat(now.incrementAndGet()).isEqualTo(1);
                    assertThat(jobs).isEqualTo(2);
                    now.decrementAndGet();
                }))
                .isEmpty();
    }

    @Test
    void aBugIsNoFailureOfAKernel() {
        SortedMap<String, Integer> done = new ConcurrentSkipListMap<>();

        assertThatThrownBy(() -> EachKernel.run(KERNELS, 3, 1, (kernel, jobs) -> {
                    if (kernel.equals("6.1")) {
                        throw new IllegalStateException("a bug");
                    }
                    done.put(kernel, jobs);
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a bug");
        assertThat(done).containsOnlyKeys("6.12", "6.6");
    }

    private static void await(CountDownLatch met) {
        try {
            assertThat(met.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
