package io.github.kpatch.stages;

import com.google.gson.reflect.TypeToken;
import io.github.kpatch.delivery.Manifest;
import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionHeader;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.host.Archives;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Json;
import io.github.kpatch.kernel.CveId;
import io.github.kpatch.kernel.ModuleInfo;
import io.github.kpatch.kernel.ModuleSignature;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.KernelLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Goal {@code rebuild}: the proof that a published module is what its published sources make. It is built again from the
 * sources archive, and compared byte for byte, the signature aside, for nobody else has the key.
 */
public final class RebuildModule {
    /** As many lines of context may differ as where nothing is said about it. */
    private static final int FUZZ = 2;

    private final PublishedModule published;
    private final byte[] bytes;
    private final Manifest manifest;
    private final BuildContext context;

    private RebuildModule(PublishedModule published, BuildContext context) {
        this.published = published;
        this.context = context;
        this.bytes = read(published.module());
        this.manifest = manifest();
    }

    /**
     * Builds a published module again.
     *
     * @param kernel where the kernel comes from; its release is that of the module where none is given
     * @param output folder for the module that was built again, where it is another one
     * @throws ProblemException KP715 when it is another one, KP206 when the module is not the one of its manifest, and
     *     whatever stands in the way of a build
     */
    public static void run(PublishedModule published, WantedKernel kernel, Path output, BuildContext context) {
        RebuildModule rebuild = new RebuildModule(published, context);
        context.cache()
                .lock("rebuild-"
                        + Digests.of(List.of(context.workspace().root().toString()))
                                .substring(0, 16))
                .during("it rebuilds " + published.coordinates(), () -> {
                    rebuild.compare(rebuild.build(kernel), output);
                    Folders.delete(context.workspace().root());
                    return rebuild;
                });
    }

    private Manifest manifest() {
        Path file = published.manifest();
        Manifest read;
        try {
            read = Json.read(new String(read(file), StandardCharsets.UTF_8), TypeToken.get(Manifest.class));
        } catch (RuntimeException e) {
            throw ProblemException.input(
                    Problem.of(ProblemCode.NO_LIVEPATCH_MODULE, file.toString(), "It is no manifest of a module."), e);
        }
        if (!read.module().sha256().equals(Digests.of(bytes))) {
            throw ProblemException.input(
                    ProblemCode.CHECKSUM_MISMATCH,
                    published.module().toString(),
                    "The SHA-256 should be " + read.module().sha256() + " by its manifest, and is " + Digests.of(bytes)
                            + ".");
        }
        return read;
    }

    private byte[] build(WantedKernel kernel) {
        Path work = context.workspace().root();
        Path sources = work.resolve("sources");
        Folders.delete(sources);
        new Archives(context.progress())
                .unpack("Unpacking the sources", published.sources(), Optional.empty(), sources);
        Path main = sources.resolve("src/main/kpatch");
        Path lock = main.resolve("kernel.lock");
        String release = KernelLock.parse(lock.toString(), new String(read(lock), StandardCharsets.UTF_8))
                .release();
        ModuleInfo info =
                ModuleInfo.of(ElfFile.open(ByteSource.of(published.module().toString(), bytes)));
        LinkRequest request = new LinkRequest(
                manifest.module().file().replaceFirst("\\.ko$", ""),
                said(info, "version"),
                said(info, "description"),
                said(info, "author"),
                manifest.module().replaces(),
                LinkRequest.cves(manifest.cves().stream().map(CveId::value).toList()),
                work.resolve("built"),
                Optional.empty(),
                Optional.empty());
        LinkedModule module = BuildModule.run(
                new BuildRequest(
                        kernel.orRelease(release),
                        Optional.of(new ProjectConfig(main.resolve("kernel.config"))),
                        main.resolve("patches"),
                        FUZZ,
                        new DiffObjects.Detail(false, false, false),
                        request),
                context);
        return context.workspace().read(module.file());
    }

    /** As the module was given it: modinfo is in the encoding of the sources. */
    private static String said(ModuleInfo info, String key) {
        return new String(info.first(key).orElse("").getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private void compare(byte[] again, Path output) {
        byte[] plain = ModuleSignature.of(published.module().toString(), bytes)
                .map(ModuleSignature::module)
                .map(Bytes::toArray)
                .orElse(bytes);
        if (Arrays.equals(plain, again)) {
            context.console()
                    .info("Rebuilt %s: the module is the one that was published%s, SHA-256 %s"
                            .formatted(
                                    published.coordinates(),
                                    plain.length < bytes.length ? ", its signature aside" : "",
                                    Digests.of(again)));
            return;
        }
        Path file = output.resolve(manifest.module().file());
        Folders.write(file, again);
        throw ProblemException.findings(
                List.of(
                        new Problem(
                                ProblemCode.REBUILT_MODULE_DIFFERS,
                                published.coordinates(),
                                difference(plain, again),
                                "Compare " + published.module() + " with what was built, " + file
                                        + "; compiler, binutils and the plugin's version (madeBy in the manifest) have to be those of then.")));
    }

    private String difference(byte[] plain, byte[] again) {
        int at = Arrays.mismatch(plain, again);
        String where = ElfFile.open(ByteSource.of(published.module().toString(), plain)).sections().stream()
                .filter(section -> holds(section, at))
                .map(section -> ", in section " + section.name())
                .findFirst()
                .orElse("");
        return "Built again it is another module: " + again.length + " bytes for " + plain.length
                + ", and the first that differs is " + at + where + ".";
    }

    private static boolean holds(SectionHeader section, long at) {
        return at >= section.offset()
                && at < section.offset() + section.size()
                && !section.type().equals(SectionType.NOBITS);
    }

    private static byte[] read(Path file) {
        return Folders.doing(file, () -> Files.readAllBytes(file));
    }
}
