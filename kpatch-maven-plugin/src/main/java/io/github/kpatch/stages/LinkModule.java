package io.github.kpatch.stages;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.Architectures;
import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.delivery.signing.SignModule;
import io.github.kpatch.delivery.signing.Signature;
import io.github.kpatch.delivery.signing.SigningKey;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.KeptFile;
import io.github.kpatch.kbuild.BuildPlace;
import io.github.kpatch.kbuild.CompilerErrors;
import io.github.kpatch.kbuild.Kbuild;
import io.github.kpatch.kbuild.PrivateView;
import io.github.kpatch.kernel.CveId;
import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.livepatch.CheckModule;
import io.github.kpatch.livepatch.CheckReach;
import io.github.kpatch.livepatch.FinishModule;
import io.github.kpatch.livepatch.LinkerOptions;
import io.github.kpatch.livepatch.LivepatchInterface;
import io.github.kpatch.livepatch.ModuleDescription;
import io.github.kpatch.livepatch.ModuleRequirements;
import io.github.kpatch.livepatch.ModuleSource;
import io.github.kpatch.livepatch.PatchSource;
import io.github.kpatch.livepatch.PatchUnit;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;
import io.github.kpatch.source.TargetFacts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Stage {@code link}: the intermediate objects and the module's own source, put together by the kernel's build for
 * external modules, finished, checked by the rules of the kernel's loader, and held against what was compiled.
 */
public final class LinkModule {
    private static final String LIVEPATCH_HEADER = "include/linux/livepatch.h";
    private static final String OWN_OBJECTS = "own";

    private final LinkRequest request;
    private final PreparedKernel kernel;
    private final BuiltObjects built;
    private final DiffedObjects objects;
    private final ModuleDescription description;
    private final Optional<SigningKey> key;
    private final BuildContext context;

    private LinkModule(
            LinkRequest request,
            PreparedKernel kernel,
            BuiltObjects built,
            DiffedObjects objects,
            ModuleDescription description,
            Optional<SigningKey> key,
            BuildContext context) {
        this.request = request;
        this.kernel = kernel;
        this.built = built;
        this.objects = objects;
        this.description = description;
        this.key = key;
        this.context = context;
    }

    /**
     * Links the intermediate objects.
     *
     * @param sources what the objects were made of; the module names their patches
     * @param built the objects as they were compiled, against which the finished module is held
     * @throws ProblemException KP501 to KP505 and others of a module's making, KP517 when the module is not as compiled,
     *     KP710 to KP712 when it cannot be signed
     */
    public static LinkedModule run(
            PreparedKernel kernel,
            PatchedSources sources,
            BuiltObjects built,
            DiffedObjects objects,
            LinkRequest request,
            BuildContext context) {
        ModuleDescription description = new ModuleDescription(
                request.moduleName(),
                request.version(),
                request.description(),
                request.author(),
                request.replace(),
                sources.patches().stream()
                        .map(patch -> new PatchSource(patch.name(), patch.sha256()))
                        .toList(),
                objects.layouts(),
                cves(sources, request));
        Optional<SigningKey> key = request.signature().map(WantedSignature::read);
        key.ifPresent(by -> SignModule.check(by, config(kernel)));
        return context.steps()
                .run(new Step<>(
                        Stage.LINK,
                        Map.of(Stage.UNPACK, kernel, Stage.CHECK_PATCHES, sources, Stage.DIFF, objects),
                        List.of(
                                description.toString(),
                                request.folder().toString(),
                                request.buildTimestamp().toString(),
                                key.toString()),
                        LinkedModule.class,
                        folder -> new LinkModule(request, kernel, built, objects, description, key, context).in(folder),
                        module -> module.story(context.workspace().locate(module.file()))));
    }

    private LinkedModule in(Path folder) {
        Path file = request.file();
        Folders.delete(file);
        List<PatchUnit> units = new ArrayList<>();
        for (DiffedObject object : objects.changed()) {
            units.add(new PatchUnit(
                    Path.of(object.name()).normalize().toString(),
                    ElfReader.read(object.name(), context.workspace().read(object.intermediate()))));
        }
        Architecture arch = architecture(units.get(0).object());
        CheckReach.check(units, arch);
        LivepatchInterface livepatch = livepatchInterface();
        List<String> linkerOptions = LinkerOptions.of(kernel.target().release(), arch);
        byte[] linked;
        List<KeptFile> own;
        try (BuildPlace place = BuildPlace.of(folder)) {
            Path module = place.path().resolve("module");
            write(module, ModuleSource.files(description, livepatch, units, arch, linkerOptions));
            linked = link(place.path(), module, linkerOptions);
            own = keepOwn(module, folder.resolve(OWN_OBJECTS));
        }
        byte[] finished = FinishModule.finish(
                file.getFileName().toString(),
                linked,
                kernel.target().release(),
                arch,
                StructSizes.of(kernel.target().structSizes()));
        TargetFacts facts = new TargetFacts(kernel.target());
        CheckModule.check(
                file.getFileName().toString(),
                finished,
                new ModuleRequirements(
                        description.name(),
                        kernel.target().release(),
                        kernel.target().vermagic(),
                        facts.symvers()));
        VerifyLinked.verify(
                file.getFileName().toString(), finished, kernel, facts, built, objects, own, context.workspace());
        KernelConfig config = config(kernel);
        Folders.write(
                file,
                key.map(by -> SignModule.sign(file.getFileName().toString(), finished, by, config))
                        .orElse(finished));
        SortedMap<KernelObject, List<String>> functions = objects.functionsByParent();
        functions.keySet().retainAll(ModuleSource.objects(units, arch));
        return new LinkedModule(
                context.workspace().keep(file),
                description.replace() && livepatch.replaces(),
                functions,
                description.cves(),
                key.map(by -> new Signature(
                        by.subject(), by.certificateSha256(), SignModule.hash(config), Digests.of(finished))),
                own);
    }

    private static KernelConfig config(PreparedKernel kernel) {
        Path file = kernel.target().config();
        return KernelConfig.parse(file.toString(), read(file));
    }

    /**
     * Keeps what kbuild compiled in the module's folder itself, apart from what it linked of it: the module's source, what
     * modpost wrote, and since kernel 6.13 what all modules have in common.
     */
    private List<KeptFile> keepOwn(Path module, Path folder) {
        List<KeptFile> kept = new ArrayList<>();
        for (String name : List.of(ModuleSource.OBJECT, description.name() + ".mod.o", ".module-common.o")) {
            Path file = module.resolve(name);
            if (Files.isRegularFile(file)) {
                Path copy = folder.resolve(name);
                Folders.write(copy, read(file));
                kept.add(context.workspace().keep(copy));
            }
        }
        return kept;
    }

    private static List<CveId> cves(PatchedSources sources, LinkRequest request) {
        SortedSet<CveId> cves = new TreeSet<>(request.cves());
        sources.patches().forEach(patch -> cves.addAll(patch.header().cves()));
        return List.copyOf(cves);
    }

    private byte[] link(Path folder, Path module, List<String> linkerOptions) {
        PrivateView view = PrivateView.of(
                kernel.tree(), folder.resolve("view"), kernel.target().symvers(), List.of());
        Path log = Stage.LINK.log(context.workspace());
        CompilerErrors errors = new CompilerErrors();
        CommandResult result = new Kbuild(kernel, context.runner(), context.jobs())
                .make(view, arguments(module, linkerOptions), timestamp(), log, errors);
        Path linked = module.resolve(description.name() + ".ko");
        if (!result.succeeded() || !Files.isRegularFile(linked)) {
            throw ProblemException.inputs(errors.problems(result, ProblemCode.LINK_FAILED, log));
        }
        Folders.delete(view.root());
        return read(linked);
    }

    /**
     * What make is to make of the module's folder.
     *
     * @param linkerOptions for the second link, to which the folder's own Kbuild file has no access
     */
    static List<String> arguments(Path module, List<String> linkerOptions) {
        List<String> arguments = new ArrayList<>(List.of("M=" + module, "modules"));
        if (!linkerOptions.isEmpty()) {
            arguments.add("LDFLAGS_MODULE=" + String.join(" ", linkerOptions));
        }
        return arguments;
    }

    private Map<String, String> timestamp() {
        return request.buildTimestamp()
                .map(instant -> Map.of(
                        "KBUILD_BUILD_TIMESTAMP",
                        instant.toString(),
                        "SOURCE_DATE_EPOCH",
                        Long.toString(instant.getEpochSecond())))
                .orElse(Map.of());
    }

    private LivepatchInterface livepatchInterface() {
        Path header = kernel.tree().resolve(LIVEPATCH_HEADER);
        return LivepatchInterface.probe(LIVEPATCH_HEADER, new String(read(header), StandardCharsets.UTF_8));
    }

    private static Architecture architecture(ElfObject object) {
        return Architectures.of(object.header().machine())
                .orElseThrow(() -> new IllegalStateException("the differ let an unknown machine pass"));
    }

    private static void write(Path folder, SortedMap<String, Bytes> files) {
        files.forEach((path, content) -> Folders.write(folder.resolve(path), content.toArray()));
    }

    private static byte[] read(Path file) {
        return Folders.doing(file, () -> Files.readAllBytes(file));
    }
}
