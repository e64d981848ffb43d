package io.github.kpatch.diff;

import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.SectionId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * How each relocation of the output is resolved, still under the ids of the patched object.
 *
 * @param plain the relocations that the module loader resolves like any module's, by the section relocated
 * @param klp those that livepatch resolves, in the order of the sections
 * @param namespaces the symbol namespaces that the plain ones need
 */
record References(Map<SectionId, List<Relocation>> plain, List<KlpReference> klp, NavigableSet<String> namespaces) {
    References {
        plain = Collections.unmodifiableMap(new LinkedHashMap<>(plain));
        klp = List.copyOf(klp);
        namespaces = Collections.unmodifiableNavigableSet(new TreeSet<>(namespaces));
    }

    /**
     * A relocation that livepatch resolves.
     *
     * @param section the section relocated
     * @param relocation as the compiler made it
     * @param found what it refers to in the running kernel
     */
    record KlpReference(SectionId section, Relocation relocation, SymbolLookup.Found found) {}
}
