package io.github.kpatch.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.kpatch.source.PreparedKernel;
import io.github.kpatch.testing.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A build that runs out of room says so, wherever that shows first: in our own files, in make's or in the compiler's. */
class BuildOnFullDiskTest {
    private static final String PATCH = """
            --- a/drivers/toy/main.c
            +++ b/drivers/toy/main.c
            @@ -1,4 +1,4 @@
             int toy_main(int a)
             {
            -	return a ^ 5;
            +	return a ^ 6;
             }
            """;

    @TempDir
    private Path folder;

    @Test
    void aFullDiskIsNoErrorOfTheCompiler() throws IOException {
        PreparedKernel kernel = new PreparedToyKernel(folder).prepared();
        Path patches = Files.createDirectory(folder.resolve("patches"));
        Files.writeString(patches.resolve("a.patch"), PATCH);
        Path disk = Files.createDirectory(folder.resolve("work"));
        TestBuild build = new TestBuild(folder);
        boolean full = true;
        for (int kibibytes = 4; full; kibibytes += 16) {
            try (SmallDisk small = SmallDisk.mount(disk, 2048)) {
                PatchedSources sources = CheckSeries.run(kernel, patches, 2, build.context());
                small.fill(kibibytes);
                Optional<Throwable> failure = Optional.ofNullable(catchThrowable(
                        () -> BuildObjects.run(kernel, sources, DebugFacts.none(build.context()), build.context())));
                failure.ifPresent(thrown -> assertThat(thrown).hasMessageContaining("KP110"));
                full = failure.isPresent();
            }
        }
        assertThat(build.ran.stream().filter(command -> command.startsWith("make ")))
                .as("of failed builds and the successful one")
                .hasSizeGreaterThan(2);
    }
}
