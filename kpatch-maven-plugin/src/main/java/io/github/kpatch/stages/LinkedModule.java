package io.github.kpatch.stages;

import io.github.kpatch.delivery.signing.Signature;
import io.github.kpatch.host.KeptFile;
import io.github.kpatch.kernel.CveId;
import io.github.kpatch.kernel.KernelObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * What stage {@code link} leaves.
 *
 * @param file the module
 * @param replaces whether it takes the place of all live patches loaded before
 * @param functions the functions it replaces, by the kernel object that contains them; objects without any, of which
 *     the module names only callbacks or symbols, included
 * @param cves the vulnerabilities that it mends, sorted
 * @param signature the signature at its end; empty where it is not signed
 * @param own what kbuild compiled for the module itself, beside the patch
 */
public record LinkedModule(
        KeptFile file,
        boolean replaces,
        SortedMap<KernelObject, List<String>> functions,
        List<CveId> cves,
        Optional<Signature> signature,
        List<KeptFile> own)
        implements StageResult {
    public LinkedModule {
        cves = List.copyOf(cves);
        own = List.copyOf(own);
    }

    @Override
    public List<KeptFile> kept() {
        return Stream.concat(Stream.of(file), own.stream()).toList();
    }

    /**
     * The result in one line.
     *
     * @param place where the file is
     */
    String story(Path place) {
        return "Linked " + place
                + signature.map(by -> ", signed by " + by.signer() + ",").orElse("")
                + (replaces ? "" : ", which does not replace the live patches loaded before it,");
    }
}
