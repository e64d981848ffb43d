package io.github.kpatch.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Tools;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies in the cache is believed only as far as it is what was put there. */
class DamagedCacheTest {
    @TempDir
    Path folder;

    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private KernelRequest request;
    private PreparedKernel first;

    @BeforeEach
    void fillCache() {
        request = new KernelRequest(
                Optional.empty(), new ToyKernel(folder).pieces(), Optional.empty(), DebugPackage.AUTO, false, 2, false);
        first = prepare();
        told.clear();
    }

    private KernelCache cache() {
        return new KernelCache(folder.resolve("cache"), told::add);
    }

    private PreparedKernel prepare() {
        CommandRunner runner = new CommandRunner(line -> {});
        return new Kernels(
                        cache(),
                        runner,
                        Progress.NONE,
                        new Tools(runner, cache().memo()),
                        folder.resolve("no-root"),
                        DistributionChoice.HERE)
                .locate(request)
                .prepared();
    }

    private static byte[] read(Path file) throws IOException {
        return Files.readAllBytes(file);
    }

    private static void flip(Path file, int bit) throws IOException {
        byte[] bytes = read(file);
        bytes[bit / 8 % bytes.length] ^= (byte) (1 << bit % 8);
        Files.write(file, bytes);
    }

    @Test
    void eachFlippedBitOfASymbolTableIsNoticedAndMended() throws IOException {
        Path table = TargetKernel.symbolTable(first.target().symbolTables(), KernelObject.VMLINUX);
        byte[] right = read(table);
        Random random = new Random(1);
        for (int i = 0; i < 10; i++) {
            flip(table, random.nextInt(right.length * 8));
            assertThat(prepare()).isEqualTo(first);
            assertThat(table).hasBinaryContent(right);
            assertThat(told).hasSize(1).first().asString().contains("symbols/vmlinux.symtab.zst");
            told.clear();
        }
    }

    /** As the disk itself damages a file: no time of it changes. */
    @Test
    void aSymbolTableThatIsReadLaterIsHeldAgainstItsDigestAgain() throws IOException {
        Path table = TargetKernel.symbolTable(first.target().symbolTables(), KernelObject.VMLINUX);
        byte[] right = read(table);
        assertThat(new TargetFacts(first.target()).symbols("vmlinux")).isNotNull();
        flip(table, 99);

        assertThatThrownBy(() -> new TargetFacts(first.target()).symbols("vmlinux"))
                .hasMessageContaining("KP218")
                .hasMessageContaining("vmlinux.symtab.zst");
        assertThat(prepare()).isEqualTo(first);
        assertThat(table).hasBinaryContent(right);
    }

    @Test
    void exportsThatAreReadLaterAreHeldAgainstTheirDigestAgain() throws IOException {
        flip(first.target().symvers(), 40);

        assertThatThrownBy(() -> new TargetFacts(first.target())).hasMessageContaining("KP218");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kernel/a.c", "include/generated/utsrelease.h", "Module.symvers", ".config"})
    void aChangedFileOfATreeIsMended(String name) throws IOException {
        Path file = first.tree().resolve(name);
        byte[] right = read(file);
        FileTime time = Files.getLastModifiedTime(file);
        flip(file, 3);
        Files.setLastModifiedTime(file, time);

        assertThat(prepare()).isEqualTo(first);
        assertThat(file).hasBinaryContent(right);
        assertThat(told).hasSize(1).first().asString().contains("linux/" + name);
    }

    @Test
    void missingAndForeignFilesOfATreeAreMended() throws IOException {
        Files.delete(first.tree().resolve("kernel/a.c"));
        ToyKernel.write(first.tree().resolve("include/foreign.h"), "#define int long\n");

        assertThat(prepare()).isEqualTo(first);
        assertThat(first.tree().resolve("kernel/a.c")).exists();
        assertThat(first.tree().resolve("include/foreign.h")).doesNotExist();
        assertThat(told).hasSize(1).first().asString().contains("a.c", "foreign.h");
    }

    @Test
    void filesThatWereTouchedOnlyAreNotMadeAgain() throws IOException {
        Path source = first.tree().resolve("kernel/a.c");
        Object inode = Files.getAttribute(source, "unix:ino");
        NativeTools.run(folder, "find", folder.resolve("cache").toString(), "-exec", "touch", "-h", "{}", "+");

        assertThat(prepare()).isEqualTo(first);
        assertThat(Files.getAttribute(source, "unix:ino")).isEqualTo(inode);
        assertThat(told).isEmpty();
    }

    @Test
    void depmodInTheFolderOfModulesChangesNoFacts() {
        ToyKernel.write(folder.resolve("modules/modules.dep"), "kernel/fs/my-module.ko:\n");

        assertThat(prepare().target()).isEqualTo(first.target());
    }

    /** Whatever happens to a file of the cache, a build has the same result or ends with a coded problem. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void randomDamageIsMended(long seed) throws IOException {
        String right = contents(first);
        Random random = new Random(seed);
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder.resolve("cache"))) {
            files = new ArrayList<>(walk.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    // Nothing is read from a lock.
                    .filter(path -> !path.startsWith(folder.resolve("cache/locks")))
                    .sorted()
                    .toList());
        }
        Collections.shuffle(files, random);
        for (Path file : files.subList(0, Math.max(1, files.size() / 3))) {
            damage(file, random);
        }

        assertThat(contents(prepare())).isEqualTo(right);
        told.clear();
        assertThat(contents(prepare())).isEqualTo(right);
        assertThat(told).isEmpty();
    }

    private static void damage(Path file, Random random) throws IOException {
        byte[] bytes = read(file);
        switch (random.nextInt(6)) {
            case 0 -> Files.write(file, new byte[0]);
            case 1 -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
            case 2 -> {
                random.nextBytes(bytes);
                Files.write(file, bytes);
            }
            case 3 -> Files.delete(file);
            case 4 -> {
                Files.delete(file);
                ToyKernel.write(file.resolve("a/folder"), "in its place");
            }
            default -> {
                if (bytes.length > 0) {
                    flip(file, random.nextInt(bytes.length * 8));
                }
            }
        }
    }

    private static String contents(PreparedKernel kernel) {
        List<String> contents = new ArrayList<>();
        for (Path part : List.of(kernel.tree(), kernel.target().facts())) {
            contents.add(FolderContents.of(part).digest());
        }
        TargetFacts facts = new TargetFacts(kernel.target());
        contents.add(facts.symvers().exports().toString());
        return Digests.of(contents);
    }
}
