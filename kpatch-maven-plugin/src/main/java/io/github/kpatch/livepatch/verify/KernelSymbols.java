package io.github.kpatch.livepatch.verify;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.livepatch.KlpNames;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whether a name by which the module reaches the running kernel means what the compiled object refers to.
 *
 * <p>The kernel counts symbols of one name by address in vmlinux and by place in the table in a module, whatever their
 * binding. Which of them a source file's own is, its block of the symbol table says, which begins with the file's name.
 * Of several blocks of that name it is the one that has most of the local functions and variables of the original object.
 * Where the table has no such blocks, the kernel's code has to say it ({@link ShippedCode}).
 *
 * <p>Source of the rules: {@code kernel/livepatch/core.c}.
 */
final class KernelSymbols {
    /** Offered by the patch author's support module. */
    private static final Set<String> CORE_SYMBOLS =
            Set.of("kpatch_shadow_alloc", "kpatch_shadow_free", "kpatch_shadow_get");

    private final RunningKernel running;
    private final Architecture arch;
    private final Map<Origin, Optional<ShippedCode>> shipped = new HashMap<>();
    private final Map<Origin, List<ParentSymbols.FileBlock>> blocks = new HashMap<>();

    KernelSymbols(RunningKernel running, Architecture arch) {
        this.running = running;
        this.arch = arch;
    }

    private ParentSymbols symbols(Origin origin) {
        return running.symbols().apply(parent(origin));
    }

    private static KernelObject parent(Origin origin) {
        return origin.unit().orElseThrow().parent();
    }

    /** The symbol that the livepatch core finds in a unit's parent by name and position. */
    Optional<ParentSymbols.Entry> resolved(Origin origin, String name, long sympos) {
        ParentSymbols table = symbols(origin);
        List<ParentSymbols.Entry> namesakes = new ArrayList<>(table.localsNamed(name));
        namesakes.addAll(table.globalsNamed(name));
        namesakes.sort(
                parent(origin).isModule()
                        ? Comparator.comparingInt(ParentSymbols.Entry::index)
                        : (a, b) -> Long.compareUnsigned(a.value(), b.value()));
        if (sympos == 0) {
            return namesakes.size() == 1 ? Optional.of(namesakes.get(0)) : Optional.empty();
        }
        return sympos > 0 && sympos <= namesakes.size()
                ? Optional.of(namesakes.get((int) sympos - 1))
                : Optional.empty();
    }

    /** Whether a symbol of a unit's parent may be of the unit's source file, by all that the parent's table says. */
    boolean isOfFile(Origin origin, ParentSymbols.Entry entry) {
        List<ParentSymbols.FileBlock> all = blocks.computeIfAbsent(origin, this::blocks);
        if (all.isEmpty()) {
            return shipped.computeIfAbsent(origin, this::shipped)
                    .map(code -> code.mayBe(entry))
                    .orElse(true);
        }
        return all.stream().anyMatch(block -> block.localsNamed(entry.name()).contains(entry));
    }

    private Optional<ShippedCode> shipped(Origin origin) {
        return running.shipped()
                .apply(parent(origin))
                .map(linked ->
                        new ShippedCode(linked, origin.unit().orElseThrow().original(), arch));
    }

    private List<ParentSymbols.FileBlock> blocks(Origin origin) {
        ElfObject original = origin.unit().orElseThrow().original();
        List<ParentSymbols.FileBlock> named = original.symbols().stream()
                .filter(symbol -> symbol.type().equals(SymbolType.FILE))
                .flatMap(symbol -> symbols(origin).blocksNamed(symbol.name()).stream())
                .distinct()
                .toList();
        List<String> locals = original.symbols().stream()
                .filter(symbol -> symbol.isLocal() && (symbol.isFunction() || symbol.isObject()))
                .map(Symbol::name)
                .distinct()
                .toList();
        Map<ParentSymbols.FileBlock, Long> known = new HashMap<>();
        named.forEach(block -> known.put(
                block,
                locals.stream()
                        .filter(name -> !block.localsNamed(name).isEmpty())
                        .count()));
        long most = known.values().stream().max(Long::compare).orElse(0L);
        return named.stream().filter(block -> known.get(block) == most).toList();
    }

    /** Whether the running kernel has a function of that very name from the unit's source. */
    boolean hasOriginalOf(Origin origin, String name) {
        return origin.unit().isPresent()
                && !name.contains(".")
                && originals(origin, name).anyMatch(Symbol::isFunction);
    }

    private static Stream<Symbol> originals(Origin origin, String name) {
        ElfObject original = origin.unit().orElseThrow().original();
        return original.symbolsNamed(name).stream()
                .map(original::symbol)
                .filter(symbol -> !symbol.isSection() && symbol.home().section().isPresent());
    }

    /** Whether a reference to the kernel means the symbol {@code id}, which the compiled object defines. */
    boolean means(Origin origin, SymbolId id, FinishedModule.Reference found) {
        Symbol symbol = origin.object().symbol(id);
        if (found.klp().isEmpty()) {
            return !symbol.isLocal()
                    && found.symbol().name().equals(symbol.name())
                    && !parent(origin).isModule()
                    && isExportedBy(KernelObject.VMLINUX.name(), symbol.name());
        }
        KlpNames.Symbol klp = found.klp().get();
        if (!klp.objectName().equals(parent(origin).name()) || !waitsForParent(origin, found)) {
            return false;
        }
        if (!klp.name().equals(symbol.name())
                && !(isNumbered(symbol.name()) && baseName(klp.name()).equals(baseName(symbol.name())))) {
            return false;
        }
        Optional<ParentSymbols.Entry> entry = resolved(origin, klp.name(), klp.sympos());
        if (entry.isEmpty() || entry.get().isLocal() != symbol.isLocal()) {
            return false;
        }
        return !symbol.isLocal()
                || (isOfFile(origin, entry.get())
                        && (!isNumbered(symbol.name()) || isSameLocal(origin, id, klp.name())));
    }

    private static boolean waitsForParent(Origin origin, FinishedModule.Reference found) {
        return found.waitsFor().filter(parent(origin).name()::equals).isPresent();
    }

    private boolean isExportedBy(String owner, String name) {
        return running.symvers().exportsNamed(name).stream()
                .map(ModuleSymvers.Export::owner)
                .anyMatch(owner::equals);
    }

    private static boolean isNumbered(String name) {
        return !baseName(name).equals(name);
    }

    /** A name without the numbers by which the compiler tells statics of functions apart. */
    static String baseName(String name) {
        return name.replaceAll("\\.\\d+", "");
    }

    /**
     * Whether a numbered static of the patched object is that of the original object which the kernel calls {@code name}:
     * numbers change with every build, so the functions that use it have to say so, unless there is only one of that base
     * name. Where a function uses several in both objects, they correspond in the order of their first use.
     */
    private static boolean isSameLocal(Origin origin, SymbolId id, String name) {
        ElfObject original = origin.unit().orElseThrow().original();
        ElfObject patched = origin.object();
        Optional<SymbolId> known = original.symbolsNamed(name).stream()
                .filter(each -> original.symbol(each).home().section().isPresent()
                        && !original.symbol(each).isSection())
                .findFirst();
        boolean alike = known.map(original::symbol)
                .filter(symbol -> symbol.type().equals(patched.symbol(id).type())
                        && (symbol.isFunction()
                                || symbol.size() == patched.symbol(id).size()))
                .isPresent();
        if (!alike) {
            return false;
        }
        if (namesakes(original, name) == 1 && namesakes(patched, name) == 1) {
            return true;
        }
        Map<String, List<SymbolId>> before = uses(original, baseName(name));
        Map<String, List<SymbolId>> now = uses(patched, baseName(name));
        boolean together = false;
        for (Map.Entry<String, List<SymbolId>> user : now.entrySet()) {
            List<SymbolId> then = before.getOrDefault(user.getKey(), List.of());
            int index = user.getValue().indexOf(id);
            if (index >= 0 && then.contains(known.get())) {
                together = true;
                if (then.size() == user.getValue().size() && then.indexOf(known.get()) != index) {
                    return false;
                }
            }
        }
        return together;
    }

    private static long namesakes(ElfObject object, String name) {
        return object.symbols().stream()
                .filter(symbol -> (symbol.isObject() || symbol.isFunction())
                        && baseName(symbol.name()).equals(baseName(name)))
                .count();
    }

    /** The statics of a base name that each function uses, in the order of their first use. */
    private static Map<String, List<SymbolId>> uses(ElfObject object, String baseName) {
        Map<SectionId, SymbolId> homes = new HashMap<>();
        Set<SymbolId> named = new HashSet<>();
        for (SymbolId id : object.symbolIds()) {
            Symbol symbol = object.symbol(id);
            if ((symbol.isObject() || symbol.isFunction())
                    && baseName(symbol.name()).equals(baseName)) {
                named.add(id);
                symbol.home().section().ifPresent(home -> homes.put(home, id));
            }
        }
        Map<String, List<SymbolId>> uses = new HashMap<>();
        for (Symbol function : object.symbols()) {
            Optional<SectionId> code = function.home().section();
            if (function.isFunction() && code.isPresent()) {
                List<SymbolId> used =
                        uses.computeIfAbsent(function.name().replaceAll("\\..*", ""), any -> new ArrayList<>());
                for (Relocation relocation : object.relocationsOf(code.get())) {
                    SymbolId to = named.contains(relocation.symbol())
                            ? relocation.symbol()
                            : object.symbol(relocation.symbol())
                                    .home()
                                    .section()
                                    .map(homes::get)
                                    .orElse(SymbolId.NULL);
                    if (!to.equals(SymbolId.NULL) && !used.contains(to)) {
                        used.add(to);
                    }
                }
            }
        }
        return uses;
    }

    /** Whether a reference to the kernel means a name that the compiled object does not define. */
    boolean meansNamed(Origin origin, String name, FinishedModule.Reference found) {
        Optional<KlpNames.Symbol> klp = found.klp();
        boolean ownSource = origin.unit().isEmpty();
        boolean inParent = !ownSource && !symbols(origin).globalsNamed(name).isEmpty();
        boolean parentIsModule = !ownSource && parent(origin).isModule();
        boolean byLoader = ownSource
                || CORE_SYMBOLS.contains(name)
                || (isExportedBy(KernelObject.VMLINUX.name(), name) && !(parentIsModule && inParent));
        if (byLoader || klp.isEmpty()) {
            return byLoader && klp.isEmpty() && found.symbol().name().equals(name);
        }
        if (!klp.get().name().equals(name) || !waitsForParent(origin, found)) {
            return false;
        }
        if (inParent) {
            return klp.get().objectName().equals(parent(origin).name())
                    && resolved(origin, name, klp.get().sympos())
                            .filter(entry -> !entry.isLocal())
                            .isPresent();
        }
        return klp.get().sympos() == 0 && isExportedBy(klp.get().objectName(), name);
    }

    /** Whether the running kernel has a symbol outside the reach of the module loader, in another module. */
    boolean isOfModule(Origin origin, Symbol symbol) {
        if (origin.unit().isEmpty()) {
            return false;
        }
        boolean inParent = symbol.home().section().isPresent()
                ? originals(origin, symbol.name()).findAny().isPresent()
                : !symbols(origin).globalsNamed(symbol.name()).isEmpty();
        boolean exported = running.symvers().exportsNamed(symbol.name()).stream()
                .anyMatch(export -> !export.owner().equals(KernelObject.VMLINUX.name()));
        return (parent(origin).isModule() && inParent)
                || (symbol.home().section().isEmpty() && exported);
    }
}
