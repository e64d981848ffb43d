package io.github.kpatch.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.host.Archives;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.TestArchives;
import io.github.kpatch.host.Tools;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import io.github.kpatch.testing.TestImages;
import io.github.kpatch.testing.ToyVmlinux;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kits are made of a toy kernel on one machine, as far as the cache tells machines apart, and used on another. */
class KernelKitTest {
    private static final Set<KitAttachment> ALL = EnumSet.allOf(KitAttachment.class);
    private static final String MANIFEST = "manifest.json";

    @TempDir
    Path folder;

    private final Map<String, Path> repository = new TreeMap<>();
    private ToyKernel toy;

    @BeforeEach
    void makeToy() throws IOException {
        toy = new ToyKernel(Files.createDirectory(folder.resolve("toy")));
    }

    private Kernels kernels(String machine) {
        KernelCache cache = new KernelCache(folder.resolve(machine), line -> {});
        CommandRunner runner = new CommandRunner(line -> {});
        return new Kernels(
                cache,
                runner,
                Progress.NONE,
                new Tools(runner, cache.memo()),
                folder.resolve("no-root"),
                DistributionChoice.HERE);
    }

    private static KernelRequest request(GivenPieces given, Optional<String> release, DebugPackage debugPackage) {
        return new KernelRequest(
                release.map(KernelRelease::new), given, Optional.empty(), debugPackage, true, 2, false);
    }

    private static KernelRequest request(GivenPieces given) {
        return request(given, Optional.empty(), DebugPackage.AUTO);
    }

    private GivenPieces withBootImage(GivenPieces pieces, Path image) {
        return new GivenPieces(
                pieces.kit(),
                pieces.source(),
                pieces.config(),
                pieces.vmlinux(),
                pieces.symvers(),
                pieces.modulesDirectory(),
                Optional.of(image),
                pieces.sha256());
    }

    /** The kernel piece by piece, with symbol tables of files. */
    private GivenPieces pieces() {
        return withBootImage(toy.pieces(), ToyKernel.write(folder.resolve("toy/image"), "image"));
    }

    /** The kernel as it is shipped: no symbol table has FILE symbols. */
    private GivenPieces shippedPieces() {
        GivenPieces pieces = toy.pieces();
        try {
            Path vmlinux = ToyVmlinux.link(folder.resolve("toy"), "version.o");
            Path image = folder.resolve("toy/image");
            Files.copy(vmlinux, folder.resolve("toy/kernel"));
            NativeTools.run(folder.resolve("toy"), "gzip", "-n", "kernel");
            Files.write(
                    image,
                    TestImages.of(
                            Files.readAllBytes(folder.resolve("toy/kernel.gz")), Math.toIntExact(Files.size(vmlinux))));
            NativeTools.run(
                    folder,
                    "strip",
                    "--strip-debug",
                    folder.resolve("toy/modules/kernel/fs/my-module.ko").toString());
            return new GivenPieces(
                    Optional.empty(),
                    pieces.source(),
                    pieces.config(),
                    Optional.of(image),
                    pieces.symvers(),
                    pieces.modulesDirectory(),
                    Optional.of(image),
                    Optional.empty());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private MadeKit make(String machine, GivenPieces pieces, Set<KitAttachment> attachments) {
        MadeKit made = kernels(machine)
                .locate(request(pieces))
                .makeKit(new KitRequest(folder.resolve("made-on-" + machine + "/kit.kernel-kit"), attachments));
        repository.put(":kernel-kit", made.file());
        made.attached()
                .forEach(one -> repository.put(one.attachment().classifier() + ":" + one.extension(), one.file()));
        return made;
    }

    private GivenPieces kit() {
        GivenKit.Repository files =
                (classifier, extension) -> Optional.ofNullable(repository.get(classifier + ":" + extension))
                        .orElseThrow(() -> ProblemException.input(
                                ProblemCode.KIT_NOT_FOUND, classifier + ":" + extension, "It is not there."));
        return new GivenPieces(
                Optional.of(new GivenKit("org.example:kernel:1", files)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private GivenPieces kitAnd(Optional<Path> source, Optional<Path> vmlinux, Optional<String> sha256) {
        return new GivenPieces(
                kit().kit(),
                source,
                Optional.empty(),
                vmlinux,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                sha256);
    }

    @Test
    void aKernelFromAKitIsTheKernelThatItWasMadeOf() throws IOException {
        GivenPieces pieces = pieces();
        PreparedKernel original = kernels("maker").locate(request(pieces)).prepared();
        MadeKit made = make("maker", pieces, ALL);

        LocatedKernel located = kernels("user").locate(request(kit()));
        PreparedKernel kernel = located.prepared();

        assertThat(made.fileSymbols()).isTrue();
        assertThat(kernel.target().digest()).isEqualTo(original.target().digest());
        assertThat(kernel.digest()).isEqualTo(original.digest());
        assertThat(kernel.lock()).isEqualTo(original.lock());
        assertThat(kernel.target().banner()).isEqualTo(original.target().banner());
        assertThat(kernel.target().structSizes()).isEqualTo(original.target().structSizes());
        assertThat(kernel.target().bootImage().orElseThrow()).hasContent("image");
        NativeTools.run(
                folder, "diff", "-r", original.tree().toString(), kernel.tree().toString());
        assertThat(located.modules().orElseThrow().resolve("kernel/fs/my-module.ko"))
                .hasSameBinaryContentAs(folder.resolve("toy/modules/kernel/fs/my-module.ko"));
        assertThat(located.debugTarget()).isEmpty();
    }

    @Test
    void aKernelKnownAsItIsShippedIsThatFromItsKitToo() {
        GivenPieces pieces = shippedPieces();
        PreparedKernel original = kernels("maker").locate(request(pieces)).prepared();
        MadeKit made = make("maker", pieces, ALL);

        LocatedKernel located = kernels("user").locate(request(kit()));

        assertThat(made.fileSymbols()).isFalse();
        assertThat(located.prepared().target().digest())
                .isEqualTo(original.target().digest());
        TargetFacts facts = new TargetFacts(located.target());
        assertThat(facts.linked("vmlinux")).isPresent();
        assertThat(facts.linked("my_module")).isPresent();
        assertThat(located.debugTarget()).isEmpty();
        assertRefused(
                "KP243",
                "debugPackage=always",
                () -> kernels("user").locate(request(kit(), Optional.empty(), DebugPackage.ALWAYS)));
    }

    @Test
    void whatIsKnownAsShippedNeedsTheBootImage() {
        make("maker", shippedPieces(), EnumSet.of(KitAttachment.SOURCE));

        assertRefused("KP243", "kpatch.bootImage", () -> kernels("user").locate(request(kit())));

        GivenPieces given = withBootImage(kit(), folder.resolve("toy/image"));
        assertThat(new TargetFacts(kernels("user").locate(request(given)).target()).linked("vmlinux"))
                .isPresent();
        Path other = ToyKernel.write(folder.resolve("other-image"), "another image");
        assertRefused("KP242", "boot image", () -> kernels("user").locate(request(withBootImage(kit(), other))));
    }

    @Test
    void aKitDependsOnTheKernelAlone() throws IOException {
        GivenPieces pieces = pieces();
        byte[] one = Files.readAllBytes(make("one", pieces, ALL).file());
        byte[] modules = Files.readAllBytes(repository.get("modules:tar.zst"));
        byte[] two = Files.readAllBytes(make("two", pieces, ALL).file());

        assertThat(two).isEqualTo(one);
        assertThat(repository.get("modules:tar.zst")).hasBinaryContent(modules);
        make("of-kit", kit(), ALL);
        assertThat(repository.get(":kernel-kit")).hasBinaryContent(one);
    }

    @Test
    void aKitThatIsThereIsNotMadeAgain() throws IOException {
        GivenPieces pieces = pieces();
        Path kit = make("maker", pieces, ALL).file();
        Object made = Files.getAttribute(kit, "unix:ino");

        make("maker", pieces, ALL);
        assertThat(Files.getAttribute(kit, "unix:ino")).isEqualTo(made);

        byte[] content = Files.readAllBytes(kit);
        Files.write(kit, new byte[] {1});
        make("maker", pieces, ALL);
        assertThat(kit).hasBinaryContent(content);
    }

    @Test
    void sourceThatIsNotAttachedCanBeGiven() throws IOException {
        Path source = pieces().source().orElseThrow();
        make("maker", pieces(), EnumSet.noneOf(KitAttachment.class));
        assertThat(repository).hasSize(1);

        assertRefused(
                "KP243",
                "Give the file with SHA-256 " + Digests.of(source) + " as kpatch.source",
                () -> kernels("user").locate(request(kit())));

        assertThat(kernels("user")
                        .locate(request(kitAnd(Optional.of(source), Optional.empty(), Optional.empty())))
                        .prepared()
                        .target()
                        .bootImage())
                .isEmpty();
        Path other = Files.write(folder.resolve("other.tar"), new byte[] {1});
        assertRefused(
                "KP206",
                other.toString(),
                () -> kernels("user")
                        .locate(request(kitAnd(Optional.of(other), Optional.empty(), Optional.empty())))
                        .target());
        assertRefused(
                "KP106",
                "cannot be told",
                () -> kernels("user")
                        .locate(request(kitAnd(Optional.of(toy.sourceFolder()), Optional.empty(), Optional.empty()))));
    }

    @Test
    void sourceThatIsAFolderIsRefused() {
        GivenPieces pieces = toy.pieces(toy.sourceFolder());
        assertRefused("KP106", "Pack it", () -> make("maker", pieces, ALL));
        assertThat(folder.resolve("made-on-maker")).doesNotExist();
    }

    @Test
    void aKitOfAnotherKernelIsRefused() {
        Path vmlinux = pieces().vmlinux().orElseThrow();
        make("maker", pieces(), ALL);

        assertRefused(
                "KP242",
                "6.1.0-8-amd64 is wanted",
                () -> kernels("user").locate(request(kit(), Optional.of("6.1.0-8-amd64"), DebugPackage.AUTO)));
        assertRefused(
                "KP242",
                "SHA-256",
                () -> kernels("user")
                        .locate(request(kitAnd(Optional.empty(), Optional.empty(), Optional.of("0".repeat(64))))));
        assertRefused(
                "KP106",
                "kpatch.vmlinux",
                () -> kernels("user")
                        .locate(request(kitAnd(Optional.empty(), Optional.of(vmlinux), Optional.empty()))));
        change(MANIFEST, text -> text.replace("\"machine\": \"x86_64\"", "\"machine\": \"aarch64\""));
        assertRefused("KP242", "aarch64", () -> kernels("user").locate(request(kit())));
    }

    @Test
    void aKitInAnotherFormatIsRefused() {
        make("maker", pieces(), ALL);
        change(MANIFEST, text -> text.replace("\"format\": 1", "\"format\": 2"));
        assertRefused("KP244", "format 2", () -> kernels("user").locate(request(kit())));
    }

    @Test
    void aDamagedKitIsRefusedAndNothingOfItIsKept() throws IOException {
        make("maker", pieces(), ALL);
        Map<String, byte[]> members = members();
        byte[] whole = Files.readAllBytes(repository.get(":kernel-kit"));

        assertDamaged("config is not what", changed(members, "config", text -> text + "CONFIG_MORE=y\n"));
        assertDamaged("config is not what", changed(members, "config", text -> text.substring(1)));
        assertDamaged("kernel.json is not what", changed(members, "kernel.json", text -> text.replace("6.1", "6.2")));
        assertDamaged("is of the kernel", consistent(members, text -> text.replace("6.1.0-7", "6.1.0-8")));
        assertDamaged("kernel.json is malformed", consistent(members, text -> "{}"));
        assertDamaged("kernel.json is malformed", consistent(members, text -> "x"));
        assertDamaged("the release", changed(members, MANIFEST, text -> text.replace("6.1.0-7", "6.1/../0-7")));
        assertDamaged("lacks Module.symvers", without(members, "Module.symvers"));
        assertDamaged("lacks symbols/my_module.symtab", without(members, "symbols/my_module.symtab"));
        assertDamaged("does not begin with manifest.json", without(members, MANIFEST));
        assertDamaged("'vmlinuz'", with(members, "vmlinuz", "an image"));
        assertDamaged("'symbols/../../x'", with(members, "symbols/../../x", "x"));
        assertDamaged(
                "a kit has", changed(members, MANIFEST, text -> text.replace("symbols/my_module.symtab", "vmlinuz")));
        assertDamaged("malformed", changed(members, MANIFEST, text -> text.substring(0, text.length() / 2)));
        assertDamaged("malformed", changed(members, MANIFEST, text -> "{\"format\": 1}"));
        assertDamaged("malformed", changed(members, MANIFEST, text -> "x"));
        assertDamaged("damaged", Arrays.copyOf(whole, whole.length / 2));
        assertDamaged("damaged", Arrays.copyOf(whole, whole.length - 8));
        assertDamaged("damaged", "no archive".getBytes(StandardCharsets.US_ASCII));
        assertDamaged("damaged", new byte[0]);
    }

    @Test
    void everyPrefixOfAKitIsRefused() throws IOException {
        make("maker", pieces(), ALL);
        byte[] whole = Files.readAllBytes(repository.get(":kernel-kit"));
        for (int length = 1; length < whole.length; length += Math.max(1, whole.length / 40)) {
            assertDamaged("", Arrays.copyOf(whole, length));
        }
    }

    @Test
    void whatLiesBesideAKitMustBeWhatTheKitSays() throws IOException {
        make("maker", pieces(), ALL);
        Path source = repository.get("source:tar.gz");
        Path cut = Files.write(
                folder.resolve("cut.tar.gz"), Arrays.copyOf(Files.readAllBytes(source), (int) Files.size(source) / 2));
        repository.put("source:tar.gz", cut);
        assertRefused(
                "KP241",
                "cut short",
                () -> kernels("user").locate(request(kit())).prepared());
        repository.put("boot-image:vmlinuz", source);
        assertRefused(
                "KP241",
                "boot-image",
                () -> kernels("other").locate(request(kit())).target());
        repository.remove("boot-image:vmlinuz");
        assertRefused(
                "KP240",
                "boot-image",
                () -> kernels("other").locate(request(kit())).target());
        repository.remove(":kernel-kit");
        assertRefused(
                "KP240",
                "kernel-kit",
                () -> kernels("other").locate(request(kit())).target());
    }

    private void assertDamaged(String text, byte[] kit) throws IOException {
        repository.put(":kernel-kit", Files.write(folder.resolve("damaged.kernel-kit"), kit));
        assertRefused(
                "KP241", text, () -> kernels("user").locate(request(kit())).target());
        Path kept = folder.resolve("user/kernels");
        if (Files.exists(kept)) {
            try (Stream<Path> entries = Files.list(kept)) {
                assertThat(entries).isEmpty();
            }
        }
    }

    private static void assertRefused(String code, String text, ThrowingCallable work) {
        assertThatThrownBy(work)
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining(code)
                .hasMessageContaining(text);
    }

    /** The members of the kit in their order. */
    private Map<String, byte[]> members() {
        Map<String, byte[]> members = new LinkedHashMap<>();
        new Archives(Progress.NONE)
                .read(
                        "",
                        repository.get(":kernel-kit"),
                        Optional.empty(),
                        (entry, content) -> members.put(entry.name(), content.readAllBytes()));
        return members;
    }

    private static byte[] changed(Map<String, byte[]> members, String name, UnaryOperator<String> change)
            throws IOException {
        Map<String, byte[]> changed = new LinkedHashMap<>(members);
        String text = new String(members.get(name), StandardCharsets.UTF_8);
        assertThat(change.apply(text)).isNotEqualTo(text);
        changed.put(name, change.apply(text).getBytes(StandardCharsets.UTF_8));
        return packed(changed);
    }

    /** Another identity, of which the manifest knows. */
    private static byte[] consistent(Map<String, byte[]> members, UnaryOperator<String> change) throws IOException {
        byte[] before = members.get("kernel.json");
        byte[] after = change.apply(new String(before, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        Map<String, byte[]> changed = new LinkedHashMap<>(members);
        changed.put("kernel.json", after);
        return changed(
                changed,
                MANIFEST,
                text -> text.replaceFirst(
                        "\"" + Digests.of(before) + "\",(\\s*)\"size\": \\d+",
                        "\"" + Digests.of(after) + "\",$1\"size\": " + after.length));
    }

    private static byte[] without(Map<String, byte[]> members, String name) throws IOException {
        Map<String, byte[]> fewer = new LinkedHashMap<>(members);
        assertThat(fewer.remove(name)).isNotNull();
        return packed(fewer);
    }

    private static byte[] with(Map<String, byte[]> members, String name, String content) throws IOException {
        Map<String, byte[]> more = new LinkedHashMap<>(members);
        more.put(name, content.getBytes(StandardCharsets.UTF_8));
        return packed(more);
    }

    private static byte[] packed(Map<String, byte[]> members) throws IOException {
        TestArchives archive = new TestArchives();
        members.forEach((name, content) -> archive.file(name, content, 0100644));
        Path file = Files.createTempFile("kit", ".tar.xz");
        try {
            return Files.readAllBytes(archive.write(file, TestArchives.Form.XZ));
        } finally {
            Files.delete(file);
        }
    }

    private void change(String name, UnaryOperator<String> change) {
        try {
            byte[] kit = changed(members(), name, change);
            repository.put(":kernel-kit", Files.write(folder.resolve("changed.kernel-kit"), kit));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void membersAreListedOnce() throws IOException {
        make("maker", pieces(), ALL);
        assertThat(List.copyOf(members().keySet()))
                .containsExactly(
                        MANIFEST,
                        "Module.symvers",
                        "config",
                        "kernel.json",
                        "symbols/my_module.symtab",
                        "symbols/vmlinux.symtab");
    }
}
