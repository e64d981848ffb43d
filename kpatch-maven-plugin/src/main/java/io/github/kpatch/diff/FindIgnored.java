package io.github.kpatch.diff;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds what the comparison has to leave out: by-products that no module carries, and what the patch's author named
 * with {@code KPATCH_IGNORE_SECTION} and {@code KPATCH_IGNORE_FUNCTION}.
 *
 * <p>The macros put pointers into {@code .kpatch.ignore.sections} (to the name's string literal) and {@code
 * .kpatch.ignore.functions} (to the function), held by variables with well-known names. The literal they add changes a
 * string section that the author never wanted to touch, so that section goes along as it is.
 *
 * <p>{@code .modinfo} is left out too, but its symbol namespaces are kept: without them modpost refuses the symbols of
 * those namespaces.
 */
final class FindIgnored {
    private static final byte[] NAMESPACE = "import_ns=".getBytes(StandardCharsets.US_ASCII);
    private static final List<String> MARKS = List.of("__UNIQUE_ID_kpatch_ignore_section_", "__kpatch_ignore_func_");

    private final Unit patched;
    private final Set<SectionId> sections = new HashSet<>();
    private final Set<SectionId> literals = new HashSet<>();

    private FindIgnored(Unit patched) {
        this.patched = patched;
    }

    /**
     * What to leave out.
     *
     * @throws UnreconcilableException when a macro names something that is not there
     */
    static Ignored in(Correlation twins) {
        FindIgnored pass = new FindIgnored(twins.patched());
        pass.addDiscarded();
        pass.addNamedSections();
        Set<SymbolId> functions = pass.namedFunctions();
        return new Ignored(pass.sections, functions, pass.marks(), pass.literals, pass.namespaces());
    }

    private void addDiscarded() {
        for (SectionId id : patched.elf().sectionIds()) {
            SectionId base = patched.base(id);
            String name = patched.section(base).name();
            if (SectionNames.isDiscarded(name) || patched.arch().discards(name)) {
                sections.add(base);
            }
        }
    }

    private List<Relocation> wishes(String table) {
        return patched.elf()
                .sectionNamed(table)
                .map(patched.elf()::relocationsOf)
                .orElse(List.of());
    }

    private void addNamedSections() {
        for (Relocation wish : wishes(SectionNames.IGNORE_SECTIONS)) {
            Symbol symbol = patched.symbol(wish.symbol());
            SectionId strings = symbol.home()
                    .section()
                    .filter(home -> patched.section(home).has(SectionFlags.STRINGS))
                    .orElseThrow(() -> invalid("A section to ignore is not named by a string literal."));
            long offset = symbol.value() + wish.addend();
            Bytes bytes = patched.section(strings).bytes();
            if (offset < 0 || offset >= bytes.size()) {
                throw invalid("A section to ignore is named outside its string section.");
            }
            String name = bytes.stringAt((int) offset);
            SectionId named = patched.elf()
                    .sectionNamed(name)
                    .orElseThrow(() -> invalid("The section to ignore, " + name + ", is not in the object."));
            sections.add(patched.base(named));
            literals.add(strings);
        }
    }

    private Set<SymbolId> namedFunctions() {
        Set<SymbolId> functions = new HashSet<>();
        for (Relocation wish : wishes(SectionNames.IGNORE_FUNCTIONS)) {
            Symbol symbol = patched.symbol(wish.symbol());
            if (!symbol.isFunction() || symbol.home().section().isEmpty()) {
                throw invalid("The function to ignore, " + symbol.name() + ", is not a function of the object.");
            }
            functions.add(wish.symbol());
        }
        return functions;
    }

    private UnreconcilableException invalid(String what) {
        return new UnreconcilableException(Problem.of(ProblemCode.AUTHOR_MARK_INVALID, patched.name(), what));
    }

    private Set<SymbolId> marks() {
        Set<SymbolId> marks = new HashSet<>();
        for (SymbolId id : patched.elf().symbolIds()) {
            String name = patched.symbol(id).name();
            if (MARKS.stream().anyMatch(name::startsWith)) {
                marks.add(id);
            }
        }
        return marks;
    }

    private Bytes namespaces() {
        ByteArrayOutputStream found = new ByteArrayOutputStream();
        Optional<SectionId> modinfo = patched.elf().sectionNamed(SectionNames.MODINFO);
        Bytes bytes = modinfo.map(id -> patched.section(id).bytes()).orElse(Bytes.EMPTY);
        int start = 0;
        while (start + NAMESPACE.length <= bytes.size()) {
            if (!startsWith(bytes, start)) {
                start++;
                continue;
            }
            while (start < bytes.size() && bytes.at(start) != 0) {
                found.write(bytes.at(start++));
            }
            found.write(0);
        }
        return Bytes.copyOf(found.toByteArray());
    }

    private static boolean startsWith(Bytes bytes, int start) {
        for (int i = 0; i < NAMESPACE.length; i++) {
            if (bytes.at(start + i) != NAMESPACE[i]) {
                return false;
            }
        }
        return true;
    }
}
