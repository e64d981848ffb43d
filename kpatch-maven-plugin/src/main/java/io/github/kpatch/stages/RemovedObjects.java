package io.github.kpatch.stages;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfObjectBuilder;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.ElfWriter;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.KeptFile;
import io.github.kpatch.kbuild.CheckParent;
import io.github.kpatch.kbuild.OriginalObjects;
import io.github.kpatch.kbuild.WeakDefinitions;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;
import io.github.kpatch.source.TargetFacts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Objects that a kernel object loses. A live patch takes nothing away: their code and data stay where they are, and
 * whoever is not replaced goes on using them. That is what the patch means as long as only code that it changes used
 * them; so none of their names may go on to mean something, and nothing of them may stand in a list of the kernel's,
 * which the differ sees: they are compared with objects that hold nothing.
 */
final class RemovedObjects {
    private static final Set<String> MODULE_ENDS = Set.of("init_module", "cleanup_module");

    private final PreparedKernel kernel;
    private final Reach reach;
    private final BuildContext context;

    RemovedObjects(PreparedKernel kernel, Reach reach, BuildContext context) {
        this.kernel = kernel;
        this.reach = reach;
        this.context = context;
    }

    /** An object for the same machine in which nothing is. */
    static byte[] withoutContent(String name, byte[] like) {
        return ElfWriter.write(
                ElfObjectBuilder.empty(ElfReader.read(name, like).header()).build());
    }

    /**
     * The removed objects, to be compared with nothing.
     *
     * @param changed the objects that the patch changes or adds
     * @throws ProblemException KP320 when one of them still needs something of a removed object
     */
    List<BuiltObject> judge(List<BuiltObject> changed, OriginalObjects originals, Path folder) {
        TargetFacts facts = new TargetFacts(kernel.target());
        List<Problem> problems = new ArrayList<>();
        List<BuiltObject> removed = new ArrayList<>();
        Set<String> kept = new HashSet<>();
        List<ElfObject> now = new ArrayList<>();
        for (BuiltObject object : changed) {
            ElfObject elf = ElfReader.read(object.name(), context.workspace().read(object.patched()));
            now.add(elf);
            kept.addAll(defined(elf));
        }
        for (Map.Entry<String, KernelObject> entry : reach.removed().entrySet()) {
            String name = entry.getKey();
            OriginalObjects.Original original = BuildObjects.original(name, originals);
            byte[] content = original.content().toArray();
            problems.addAll(CheckParent.of(name, content, original.record(), facts));
            Set<String> gone = defined(ElfReader.read(name, content));
            gone.removeAll(kept);
            problems.addAll(lasting(name, gone));
            for (int i = 0; i < now.size(); i++) {
                for (String symbol : needed(now.get(i))) {
                    if (gone.contains(symbol)) {
                        problems.add(Problem.of(
                                ProblemCode.PARTS_CHANGED,
                                name,
                                "The patch takes it away, and %s needs its %s."
                                        .formatted(changed.get(i).name(), symbol)));
                    }
                }
            }
            removed.add(new BuiltObject(
                    name,
                    entry.getValue(),
                    keep(content, folder.resolve("original"), name),
                    keep(withoutContent(name, content), folder.resolve("patched"), name)));
        }
        if (!problems.isEmpty()) {
            throw ProblemException.findings(problems);
        }
        return removed;
    }

    /** What the kernel calls by these names after the patch too, though by other code. */
    private List<Problem> lasting(String object, Set<String> gone) {
        List<Problem> problems = new ArrayList<>();
        gone.stream()
                .filter(MODULE_ENDS::contains)
                .sorted()
                .map(name -> Problem.of(
                        ProblemCode.PARTS_CHANGED,
                        object,
                        "The patch takes it away, and its " + name
                                + " is what the kernel calls when the module comes or goes."))
                .forEach(problems::add);
        if (!gone.isEmpty()) {
            WeakDefinitions.among(gone, kernel.tree())
                    .forEach((name, file) -> problems.add(Problem.of(
                            ProblemCode.PARTS_CHANGED,
                            object,
                            "The patch takes it away, so that %s would be the weak one of %s; code that stays goes on using the one that is loaded."
                                    .formatted(name, file))));
        }
        return problems;
    }

    private static Set<String> defined(ElfObject object) {
        Set<String> names = new HashSet<>();
        object.symbols().stream()
                .filter(symbol -> !symbol.isLocal() && symbol.home().section().isPresent())
                .map(Symbol::name)
                .forEach(names::add);
        return names;
    }

    private static List<String> needed(ElfObject object) {
        return object.symbols().stream()
                .filter(symbol -> symbol.home() instanceof SymbolHome.Undefined)
                .map(Symbol::name)
                .toList();
    }

    private KeptFile keep(byte[] content, Path folder, String object) {
        Path kept = folder.resolve(object).normalize();
        Folders.write(kept, content);
        return context.workspace().keep(kept);
    }
}
