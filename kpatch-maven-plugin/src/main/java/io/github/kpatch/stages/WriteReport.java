package io.github.kpatch.stages;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.Architectures;
import io.github.kpatch.boot.BootReport;
import io.github.kpatch.delivery.CycloneDx;
import io.github.kpatch.delivery.Manifest;
import io.github.kpatch.delivery.OpenVex;
import io.github.kpatch.delivery.Provenance;
import io.github.kpatch.delivery.Shipment;
import io.github.kpatch.delivery.SourcesArchive;
import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.KeptFile;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.source.PreparedKernel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Stage {@code report}: the papers that go along with the module. Last of all, so that they can say what the boot test has
 * shown.
 */
final class WriteReport {
    private static final String MANIFEST = "manifest";
    private static final String SOURCES = "sources";
    private static final String CYCLONEDX = "cyclonedx";
    private static final String OPENVEX = "openvex";
    private static final String PROVENANCE = "provenance";
    private static final String JSON = "json";

    private final PreparedKernel kernel;
    private final PatchedSources sources;
    private final DiffedObjects changes;
    private final LinkedModule module;
    private final Optional<RunBootTest.Outcome> boot;
    private final SourcesArchive archive;
    private final ReportRequest request;
    private final BuildContext context;

    /**
     * @param boot what the boot test of this very module has shown, where it took place
     * @param archive the module's sources
     */
    WriteReport(
            PreparedKernel kernel,
            PatchedSources sources,
            DiffedObjects changes,
            LinkedModule module,
            Optional<RunBootTest.Outcome> boot,
            SourcesArchive archive,
            ReportRequest request,
            BuildContext context) {
        this.kernel = kernel;
        this.sources = sources;
        this.changes = changes;
        this.module = module;
        this.boot = boot;
        this.archive = archive;
        this.request = request;
        this.context = context;
    }

    /** A paper as the stage's record knows it. */
    private record Kept(String classifier, String extension, KeptFile file) {}

    /** What stage {@code report} leaves. */
    private record Papers(List<Kept> papers) implements StageResult {
        @Override
        public List<KeptFile> kept() {
            return papers.stream().map(Kept::file).toList();
        }
    }

    /** Writes the papers, or finds those that were written for the same facts. */
    List<Paper> run() {
        Shipment shipment = Shipment.of(manifest(), request.author(), request.time(), request.kernelPurl());
        tellWhatScannersAreNotTold(shipment);
        Map<Stage, Object> from = new LinkedHashMap<>(
                Map.of(Stage.UNPACK, kernel, Stage.CHECK_PATCHES, sources, Stage.DIFF, changes, Stage.LINK, module));
        boot.ifPresent(outcome -> from.put(Stage.BOOT_TEST, outcome));
        Papers written = context.steps()
                .run(new Step<>(
                        Stage.REPORT,
                        from,
                        List.of(
                                shipment.toString(),
                                archive.digest(),
                                request.folder().toString()),
                        Papers.class,
                        folder -> new Papers(write(shipment)),
                        papers -> story(papers.papers())));
        return written.papers().stream()
                .map(paper -> new Paper(
                        paper.classifier(),
                        paper.extension(),
                        context.workspace().locate(paper.file())))
                .toList();
    }

    private String story(List<Kept> papers) {
        return "Papers of %s: %s%s"
                .formatted(
                        moduleFile().getFileName(),
                        String.join(", ", papers.stream().map(Kept::classifier).toList()),
                        boot.isPresent() ? "" : "; no boot test has shown anything of it");
    }

    private void tellWhatScannersAreNotTold(Shipment shipment) {
        boolean named = !shipment.manifest().cves().isEmpty()
                || !shipment.manifest().notLivepatchable().isEmpty();
        if (named && shipment.time().isEmpty()) {
            context.console()
                    .warn("No OpenVEX document: it needs a time, and the project names none. Set the property"
                            + " project.build.outputTimestamp.");
        }
    }

    private List<Kept> write(Shipment shipment) {
        List<Kept> papers = new ArrayList<>();
        papers.add(text(MANIFEST, shipment.manifest().toJson()));
        papers.add(paper(SOURCES, SourcesArchive.EXTENSION, archive::write));
        papers.add(text(CYCLONEDX, CycloneDx.of(shipment)));
        if (OpenVex.isPossible(shipment)) {
            papers.add(text(OPENVEX, OpenVex.of(shipment)));
        } else {
            Folders.delete(file(OPENVEX, JSON));
        }
        papers.add(text(PROVENANCE, Provenance.of(shipment)));
        return papers;
    }

    private Kept text(String classifier, String json) {
        return paper(classifier, JSON, file -> Folders.write(file, json));
    }

    private Kept paper(String classifier, String extension, Consumer<Path> writer) {
        Path file = file(classifier, extension);
        writer.accept(file);
        return new Kept(classifier, extension, context.workspace().keep(file));
    }

    private Path file(String classifier, String extension) {
        String name = moduleFile().getFileName().toString().replaceFirst("\\.ko$", "");
        return request.folder().resolve(name + "-" + classifier + "." + extension);
    }

    private Path moduleFile() {
        return context.workspace().locate(module.file());
    }

    private Manifest manifest() {
        String file = moduleFile().getFileName().toString();
        byte[] bytes = context.workspace().read(module.file());
        return new Manifest(
                Manifest.FORMAT,
                request.madeBy(),
                request.manifestCoordinates(),
                new Manifest.Module(
                        file.replaceFirst("\\.ko$", "").replace('-', '_'),
                        file,
                        bytes.length,
                        module.file().sha256(),
                        module.replaces(),
                        module.signature()),
                new Manifest.Kernel(
                        kernel.target().release().value(),
                        architecture(file, bytes),
                        kernel.target().banner(),
                        kernel.lock().compiler(),
                        kernel.lock().configSha256(),
                        kernel.lock().sourceVersion(),
                        kernel.lock().sourceSha256()),
                sources.patches().stream()
                        .map(patch -> new Manifest.Patch(
                                patch.name(),
                                patch.sha256(),
                                patch.header().subject(),
                                patch.header().author(),
                                patch.header().cves()))
                        .toList(),
                module.cves(),
                request.notLivepatchable(module.cves()),
                objects(),
                changes.layouts(),
                boot.map(WriteReport::shown));
    }

    private static String architecture(String file, byte[] module) {
        return Architectures.of(
                        ElfFile.open(ByteSource.of(file, module)).header().machine())
                .map(Architecture::name)
                .orElseThrow(() -> new IllegalStateException("a module of an unknown machine was linked"));
    }

    private List<Manifest.PatchedObject> objects() {
        SortedMap<KernelObject, List<Manifest.Source>> objects = new TreeMap<>();
        changes.changed().stream()
                .sorted(Comparator.comparing(DiffedObject::name))
                .forEach(object -> objects.computeIfAbsent(object.parent(), parent -> new ArrayList<>())
                        .add(new Manifest.Source(
                                object.name(), object.changedFunctions(), object.newFunctions(), object.callbacks())));
        return objects.entrySet().stream()
                .map(object -> new Manifest.PatchedObject(object.getKey(), object.getValue()))
                .toList();
    }

    private static Manifest.BootTest shown(RunBootTest.Outcome outcome) {
        return new Manifest.BootTest(
                outcome.objects().stream()
                        .filter(BootReport.PatchedObject::patched)
                        .map(object -> new Manifest.SeenObject(
                                object.object(),
                                object.functions().stream().sorted().toList()))
                        .sorted(Comparator.comparing(Manifest.SeenObject::name))
                        .toList(),
                outcome.scripts().stream()
                        .map(call -> new Manifest.Script(call.script(), call.phase()))
                        .toList());
    }
}
