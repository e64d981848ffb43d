package io.github.kpatch.livepatch.verify;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SymbolId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The list of calls that ftrace may redirect: it has to hold the call of every traced function of the module, once, and
 * nothing else, for the kernel writes a no-op over each place that it names.
 */
final class CheckCallSites {
    private CheckCallSites() {}

    static void check(
            List<Origin> origins, FinishedModule module, MatchPieces pieces, Architecture arch, Findings findings) {
        Map<Spot, Integer> expected = new HashMap<>();
        for (Origin origin : origins) {
            pieces.placed(origin).forEach((section, place) -> {
                if (origin.object().section(section).isText()) {
                    for (SymbolId function : origin.functionsIn(section)) {
                        if (arch.isTraced(origin.object(), function)) {
                            expected.merge(
                                    place.plus(arch.callSite(origin.object(), function)
                                            .offset()),
                                    1,
                                    (one, alias) -> one);
                        }
                    }
                }
            });
        }
        for (SectionId list : module.object().sectionsNamed(arch.callSiteList())) {
            module.references(list).values().forEach(entry -> {
                long at = entry.relocation().offset();
                Integer left = entry.spot()
                        .filter(spot -> at % Long.BYTES == 0)
                        .map(spot -> expected.computeIfPresent(spot, (key, count) -> count - 1))
                        .orElse(null);
                if (left != null && left >= 0 && entry.relocation().type().equals(arch.absolute64())) {
                    entry.account();
                    module.account(list, at, at + Long.BYTES);
                } else {
                    findings.add(
                            module.where(new Spot(list, at)),
                            "It names " + entry
                                    + " as a call for ftrace to redirect, which is none or has been named before.");
                }
            });
        }
        expected.forEach((spot, count) -> {
            if (count > 0) {
                findings.add(
                        arch.callSiteList(), "It lacks the call for ftrace to redirect at " + module.where(spot) + ".");
            }
        });
    }
}
