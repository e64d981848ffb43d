package io.github.kpatch.diff;

import io.github.kpatch.arch.CallSite;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfHeader;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SectionLink;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolBinding;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.intermediate.ArchSection;
import io.github.kpatch.intermediate.Callback;
import io.github.kpatch.intermediate.IntermediateTables;
import io.github.kpatch.intermediate.IntermediateWriter;
import io.github.kpatch.intermediate.KlpRelocation;
import io.github.kpatch.intermediate.KlpSymbol;
import io.github.kpatch.intermediate.PatchedFunction;
import io.github.kpatch.kernel.TableSetup;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Puts the output together: an ordinary relocatable object that a linker accepts, with side tables that say what
 * livepatch has to do later, since linkers know neither livepatch's symbols nor two relocation sections for one section.
 *
 * <p>What goes in without its section becomes undefined: so an unchanged function turns into a reference to the running
 * kernel's. Redirected functions become local, lest other code of the patch module links to the copy and calls it before
 * its relocations are applied. Undefined symbols that nothing refers to any more are left out, for the module's link
 * would fail on them.
 */
final class EmitIntermediate {
    private final Unit patched;
    private final CarriedContent content;
    private final References references;
    private final DiffTarget target;
    private final List<LocateFunctions.Located> functions;
    private final Set<SymbolId> redirected;

    private final List<Section> sections = new ArrayList<>();
    private final Map<SectionId, SectionId> newSections = new HashMap<>();
    private final List<Symbol> symbols = new ArrayList<>();
    private final Map<SymbolId, SymbolId> newSymbols = new LinkedHashMap<>();

    private EmitIntermediate(
            CarriedContent content, References references, List<LocateFunctions.Located> functions, DiffTarget target) {
        this.patched = content.patched();
        this.content = content;
        this.references = references;
        this.target = target;
        this.functions = functions;
        this.redirected =
                functions.stream().map(LocateFunctions.Located::symbol).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * The intermediate object.
     *
     * @param functions the functions to redirect
     */
    static ElfObject of(
            CarriedContent content, References references, List<LocateFunctions.Located> functions, DiffTarget target) {
        EmitIntermediate pass = new EmitIntermediate(content, references, functions, target);
        pass.numberSections();
        pass.addSymbols();
        pass.addSections();
        pass.addModuleInformation();
        pass.addCallSites();
        ElfHeader header = pass.patched.elf().header();
        ElfObject carried = new ElfObject(
                ElfHeader.relocatable(header.order(), header.machine(), header.flags()), pass.sections, pass.symbols);
        return IntermediateWriter.add(
                carried,
                pass.tables(),
                target.parent().name(),
                pass.patched.arch().absolute64());
    }

    /** Relocation sections follow their base. */
    private void numberSections() {
        int next = 0;
        for (SectionId id : content.sections().keySet()) {
            newSections.put(id, new SectionId(next));
            next += references.plain().containsKey(id) ? 2 : 1;
        }
    }

    private void addSymbols() {
        Set<SymbolId> used = new HashSet<>(redirected);
        references.plain().values().forEach(relocations -> relocations.forEach(each -> used.add(each.symbol())));
        List<SymbolId> kept = new ArrayList<>();
        kept.add(SymbolId.NULL);
        for (SymbolId id : patched.elf().symbolIds()) {
            boolean defined = content.defines(id);
            boolean file = patched.symbol(id).type().equals(SymbolType.FILE);
            if ((content.inclusion().has(id) && (defined || file)) || used.contains(id)) {
                kept.add(id);
            }
        }
        Map<SymbolId, Symbol> output = new LinkedHashMap<>();
        kept.forEach(id -> output.put(id, symbol(id)));
        for (SymbolRank rank : SymbolRank.values()) {
            output.forEach((id, symbol) -> {
                if (SymbolRank.of(id, symbol) == rank) {
                    newSymbols.put(id, new SymbolId(symbols.size()));
                    symbols.add(symbol);
                }
            });
        }
    }

    /** The order of symbols: the specification wants locals first, and FILE symbols stand before what they head. */
    private enum SymbolRank {
        NULL,
        FILE,
        LOCAL_FUNCTION,
        OTHER_LOCAL,
        OTHER;

        static SymbolRank of(SymbolId id, Symbol symbol) {
            if (id.equals(SymbolId.NULL)) {
                return NULL;
            }
            if (symbol.type().equals(SymbolType.FILE)) {
                return FILE;
            }
            if (!symbol.isLocal()) {
                return OTHER;
            }
            return symbol.isFunction() ? LOCAL_FUNCTION : OTHER_LOCAL;
        }
    }

    private Symbol symbol(SymbolId id) {
        Symbol old = patched.symbol(id);
        Symbol symbol = redirected.contains(id) ? old.withBinding(SymbolBinding.LOCAL) : old;
        Optional<SectionId> home = patched.home(id);
        if (home.isPresent() && newSections.containsKey(home.get())) {
            return symbol.at(
                    new SymbolHome.InSection(newSections.get(home.get())),
                    content.values().getOrDefault(id, symbol.value()));
        }
        boolean elsewhere = home.isPresent() || symbol.home() instanceof SymbolHome.Undefined;
        return elsewhere ? symbol.undefined() : old;
    }

    private void addSections() {
        content.sections().forEach((id, section) -> {
            SectionLink link = section.link();
            if (link instanceof SectionLink.To to) {
                SectionId linked = newSections.get(to.id());
                link = linked == null ? SectionLink.NONE : new SectionLink.To(linked);
            }
            // Groups are not carried.
            long flags = section.flags() & ~SectionFlags.GROUP;
            if (link.equals(SectionLink.NONE)) {
                flags &= ~SectionFlags.LINK_ORDER;
            }
            sections.add(section.withFlags(flags).withLink(link));
            List<Relocation> relocations = references.plain().get(id);
            if (relocations != null) {
                addRelocations(
                        newSections.get(id),
                        section.name(),
                        relocations.stream().map(this::renumbered).toList());
            }
        });
    }

    private Relocation renumbered(Relocation relocation) {
        return relocation.withSymbol(newSymbols.get(relocation.symbol()));
    }

    private void addRelocations(SectionId base, String name, List<Relocation> relocations) {
        sections.add(Section.ofRelocations(".rela" + name, base, relocations));
    }

    private SectionId addTable(String name, long alignment, long entrySize, Bytes bytes) {
        sections.add(new Section(
                name,
                SectionType.PROGBITS,
                SectionFlags.ALLOC,
                0,
                alignment,
                entrySize,
                SectionLink.NONE,
                new SectionData.Contents(bytes)));
        return new SectionId(sections.size() - 1);
    }

    private void addModuleInformation() {
        StringBuilder text = new StringBuilder();
        byte[] imported = content.changes().ignored().namespaces().toArray();
        text.append(new String(imported, StandardCharsets.ISO_8859_1));
        for (String namespace : references.namespaces()) {
            String line = "import_ns=" + namespace + "\0";
            if (text.indexOf(line) < 0) {
                text.append(line);
            }
        }
        if (text.length() > 0) {
            byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
            addTable(SectionNames.MODINFO, 1, 0, Bytes.copyOf(bytes));
        }
    }

    private void addCallSites() {
        List<Relocation> entries = new ArrayList<>();
        for (Map.Entry<SymbolId, CallSite> each : content.callSites().entrySet()) {
            SymbolId function = each.getKey();
            entries.add(new Relocation(
                    8L * entries.size(),
                    patched.arch().absolute64(),
                    newSymbols.get(function),
                    each.getValue().offset() - patched.symbol(function).value()));
        }
        String list = patched.arch().callSiteList();
        SectionId table = addTable(list, 8, 8, Bytes.copyOf(new byte[8 * entries.size()]));
        addRelocations(table, list, entries);
    }

    private IntermediateTables tables() {
        List<KlpSymbol> klpSymbols = new ArrayList<>();
        List<KlpRelocation> klpRelocations = new ArrayList<>();
        for (References.KlpReference reference : references.klp()) {
            Symbol symbol = patched.symbol(reference.relocation().symbol());
            SymbolLookup.Found found = reference.found();
            klpRelocations.add(new KlpRelocation(
                    newSections.get(reference.section()),
                    reference.relocation().offset(),
                    reference.relocation().type(),
                    target.parent().isModule() && found.exported(),
                    reference.relocation().addend(),
                    target.parent().name(),
                    klpSymbols.size()));
            klpSymbols.add(new KlpSymbol(
                    symbol.name(),
                    found.owner(),
                    target.parent().isModule() ? 0 : found.address(),
                    found.position(),
                    symbol.binding(),
                    symbol.type()));
        }
        return new IntermediateTables(patchedFunctions(), klpSymbols, klpRelocations, archSections(), callbacks());
    }

    private List<PatchedFunction> patchedFunctions() {
        return functions.stream()
                .map(function -> new PatchedFunction(
                        newSymbols.get(function.symbol()),
                        patched.symbol(function.symbol()).size(),
                        function.found().address(),
                        function.found().size(),
                        function.found().position(),
                        patched.symbol(function.symbol()).name(),
                        target.parent().name()))
                .toList();
    }

    private List<ArchSection> archSections() {
        List<ArchSection> all = new ArrayList<>();
        if (target.tableSetup() == TableSetup.BY_LIVEPATCH) {
            for (String name : patched.arch().tablesByPatchedObject()) {
                newSections.forEach((old, id) -> {
                    if (patched.section(old).name().equals(name)) {
                        all.add(new ArchSection(id, target.parent().name()));
                    }
                });
            }
        }
        return all;
    }

    private List<Callback> callbacks() {
        return content.sections().keySet().stream()
                .filter(id -> SectionNames.isCallback(patched.section(id).name()))
                .map(id -> new Callback(newSections.get(id), 0, target.parent().name()))
                .toList();
    }
}
