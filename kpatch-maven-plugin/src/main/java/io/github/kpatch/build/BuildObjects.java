package io.github.kpatch.build;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Progress;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.patch.CheckedSeries;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The dual build: every object that the patched files are compiled into, once from the kernel's own source and once from
 * the patched one, by the same commands at the same relative paths, so that a difference between the two is the patch's
 * and nothing else's. Only these objects are built, for all else that a livepatch needs of a built kernel is shipped
 * with it. Originals come from the cache where an earlier build made them.
 */
public final class BuildObjects {
    private final PreparedKernel kernel;
    private final CheckedSeries series;
    private final BuildContext context;
    private final Path log;
    private final List<Problem> findings = new ArrayList<>();

    private BuildObjects(PreparedKernel kernel, CheckedSeries series, BuildContext context) {
        this.kernel = kernel;
        this.series = series;
        this.context = context;
        this.log = Stage.BUILD_OBJECTS.log(context.workspace());
    }

    /**
     * Builds the objects of the project's checked series.
     *
     * @throws ProblemException KP402 to KP404, KP417, KP504
     */
    public static BuiltObjects run(BuildContext context) {
        PreparedKernel kernel = UnpackKernel.result(context);
        CheckedSeries series = CheckSeries.result(context);
        return context.steps()
                .run(new Step<>(
                        Stage.BUILD_OBJECTS,
                        List.of(kernel.digest(), context.steps().digest(Stage.CHECK_PATCHES)),
                        BuiltObjects.class,
                        BuiltObjects::isIntact,
                        folder -> new BuildObjects(kernel, series, context).in(folder),
                        BuiltObjects::story));
    }

    private BuiltObjects in(Path folder) {
        List<String> objects = CompiledSources.objectsOf(kernel.tree(), series.files());
        List<String> touched = new ArrayList<>(objects);
        touched.addAll(series.files());
        PrivateView view =
                PrivateView.of(kernel.tree(), folder.resolve("view"), kernel.target().symvers(), touched);
        OriginalObjects originals =
                new OriginalObjects(context.cache().objects(kernel.digest()));

        List<String> missing =
                objects.stream().filter(object -> !originals.has(object)).toList();
        make(view, missing, "Compiling originals", ProblemCode.COMPILE_FAILED, false);
        missing.forEach(object -> originals.take(view, object));

        series.files().forEach(file -> view.replace(file, series.patched().resolve(file)));
        make(view, objects, "Compiling patched files", ProblemCode.COMPILE_FAILED, true);

        ModuleSymvers symvers = symvers();
        List<BuiltObject> built = new ArrayList<>();
        for (String object : objects) {
            built.add(keep(folder, view, originals, object, symvers));
        }
        if (!findings.isEmpty()) {
            throw ProblemException.findings(findings);
        }
        Folders.delete(view.root());
        return new BuiltObjects(built, missing.size());
    }
}
