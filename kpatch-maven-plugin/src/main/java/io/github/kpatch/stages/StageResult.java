package io.github.kpatch.stages;

import io.github.kpatch.host.KeptFile;
import java.util.List;

/**
 * What a stage leaves, a record that JSON can hold. Whatever else it depends on, it names its files with their digests: so
 * its text tells it apart from every other result.
 */
interface StageResult {
    /** The files that it speaks of. */
    List<KeptFile> kept();
}
