package io.github.kpatch.source;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.Optional;

/** Decides where each piece of the wanted kernel comes from: given pieces first, then the distribution's packages. */
final class KernelLocator {
    KernelLocator() {}

    /** Where the pieces of the wanted kernel are. */
    KernelPieces locate(KernelRequest request) {
        GivenPieces given = request.given();
        if (!given.isEnough()) {
            throw ProblemException.input(
                    ProblemCode.INPUT_MISSING, "kernel", "Give source, config, vmlinux and symvers.");
        }
        Optional<Piece> modules = given.modulesDirectory().map(Piece.OnDisk::new);
        return new KernelPieces(
                request.release(),
                Optional.empty(),
                new Piece.OnDisk(given.source().orElseThrow()),
                given.sha256(),
                new Piece.OnDisk(given.config().orElseThrow()),
                new Piece.OnDisk(given.vmlinux().orElseThrow()),
                new Piece.OnDisk(given.symvers().orElseThrow()),
                modules,
                modules,
                given.bootImage().map(Piece.OnDisk::new));
    }
}
