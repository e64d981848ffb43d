package io.github.kpatch.source;

import io.github.kpatch.kernel.KernelRelease;
import java.util.Optional;

/**
 * Where every piece of one kernel is.
 *
 * @param release the kernel's release, if something other than its vmlinux says it
 * @param sourceVersion the version of the distribution's package the source comes from, where it does
 * @param source source tree: folder, archive or package
 * @param sourceSha256 what the SHA-256 of the source's file must be, if that is known
 * @param built what its build made
 * @param modules folder of modules as shipped
 * @param bootImage the image it boots from
 */
record KernelPieces(
        Optional<KernelRelease> release,
        Optional<String> sourceVersion,
        Piece source,
        Optional<String> sourceSha256,
        BuiltKernel built,
        Optional<Piece> modules,
        Optional<Piece> bootImage) {}
