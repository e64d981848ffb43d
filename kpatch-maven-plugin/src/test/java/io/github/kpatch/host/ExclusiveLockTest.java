package io.github.kpatch.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ExclusiveLockTest {
    @TempDir
    Path folder;

    /** Takes the lock that its argument names, says so, and keeps it until it is ended. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) {
            new ExclusiveLock(Path.of(arguments[0]), line -> {}).during("test", () -> {
                System.out.println("held");
                try {
                    Thread.sleep(Long.MAX_VALUE);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return "";
            });
        }
    }

    @Test
    void threadsTakeTurns() throws Exception {
        Path file = folder.resolve("locks/a.lock");
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Integer>> results = new CopyOnWriteArrayList<>();
            for (int i = 0; i < 12; i++) {
                results.add(threads.submit(() -> new ExclusiveLock(file, line -> {}).during("test", () -> {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    Folders.write(folder.resolve("work"), "takes a while");
                    return inside.decrementAndGet();
                })));
            }
            for (Future<Integer> result : results) {
                assertThat(result.get()).isZero();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(most).hasValue(1);
    }

    @Test
    void whoWaitsIsTold() throws Exception {
        Path file = folder.resolve("a.lock");
        List<String> console = new CopyOnWriteArrayList<>();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(1);
        try {
            Future<Boolean> first = threads.submit(() -> new ExclusiveLock(file, line -> {}).during("test", () -> {
                held.countDown();
                try {
                    return told.await(60, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }));
            held.await();
            ExclusiveLock second = new ExclusiveLock(file, line -> {
                console.add(line);
                told.countDown();
            });
            assertThat(second.ifFree(() -> "")).isEmpty();
            assertThat(second.during("prepared tree", () -> "mine")).isEqualTo("mine");
            assertThat(first.get()).isTrue();
        } finally {
            threads.shutdownNow();
        }
        assertThat(console).containsExactly("Waiting for another build: prepared tree");
    }

    @Test
    void anotherProcessHoldsItUntilItIsKilled() throws IOException, InterruptedException {
        Path file = folder.resolve("a.lock");
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(output.readLine()).isEqualTo("held");
            ExclusiveLock lock = new ExclusiveLock(file, line -> holder.destroyForcibly());

            assertThat(lock.ifFree(() -> "")).isEmpty();
            assertThat(lock.during("test", () -> "mine")).isEqualTo("mine");
        } finally {
            holder.destroyForcibly();
        }
        assertThat(holder.waitFor()).isNotZero();
    }

    @Test
    void aFailureLetsGo() {
        ExclusiveLock lock = new ExclusiveLock(folder.resolve("a.lock"), line -> {});
        assertThatThrownBy(() -> lock.during("test", () -> {
                    throw new IllegalStateException("x");
                }))
                .hasMessage("x");
        assertThat(lock.ifFree(() -> "mine")).contains("mine");
    }

    @Test
    void aLockWhoseFolderCannotBeMadeIsFree() throws IOException {
        Path inTheWay = Files.writeString(folder.resolve("locks"), "x");
        ExclusiveLock lock = new ExclusiveLock(inTheWay.resolve("a.lock"), line -> {});
        assertThatThrownBy(() -> lock.ifFree(() -> "")).hasMessageContaining("KP105");

        Files.delete(inTheWay);

        assertThat(lock.ifFree(() -> "mine")).contains("mine");
    }
}
