package io.github.kpatch.source;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.host.FileMemo;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Decides where each piece of the wanted kernel comes from: a kernel kit first, then what is given, then the distribution's. */
final class KernelLocator {
    private final Distribution distribution;
    private final FileMemo memo;

    KernelLocator(Distribution distribution, FileMemo memo) {
        this.distribution = distribution;
        this.memo = memo;
    }

    /**
     * Where the pieces of the wanted kernel are.
     *
     * @param shipped whether what is not given of vmlinux and modules is taken as the distribution ships it, not from its
     *     debug package
     */
    KernelPieces locate(KernelRequest request, boolean shipped) {
        Optional<GivenKit> kit = request.given().kit();
        if (kit.isPresent()) {
            return new KitLocator(memo).locate(kit.get(), request);
        }
        return request.given().isEnough() ? allGiven(request) : withDistribution(request, shipped);
    }

    private static KernelPieces allGiven(KernelRequest request) {
        GivenPieces given = request.given();
        Optional<Piece> modules = given.modulesDirectory().map(Piece.OnDisk::new);
        return new KernelPieces(
                request.release(),
                Optional.empty(),
                disk(given.source().orElseThrow()),
                given.sha256(),
                new BuiltKernel.InFiles(
                        Optional.empty(),
                        disk(given.config().orElseThrow()),
                        disk(given.vmlinux().orElseThrow()),
                        disk(given.symvers().orElseThrow()),
                        modules),
                modules,
                given.bootImage().map(Piece.OnDisk::new));
    }

    private KernelPieces withDistribution(KernelRequest request, boolean shipped) {
        GivenPieces given = request.given();
        KernelRelease release = request.release()
                .or(() -> given.vmlinux().map(this::releaseOf))
                .orElseGet(distribution::defaultRelease);
        Distribution.Build build = distribution.build(release);
        // The distribution's modules and image are not those of a kernel of the user's own.
        boolean own = given.vmlinux().isPresent();
        Optional<Piece> bootImage = given.bootImage()
                .map(KernelLocator::disk)
                .or(() -> own ? Optional.empty() : Optional.of(build.bootImage()));
        Optional<Piece> givenModules = given.modulesDirectory().map(Piece.OnDisk::new);
        Piece config = given.config().map(KernelLocator::disk).orElseGet(build::config);
        return new KernelPieces(
                Optional.of(release),
                given.source().isPresent() ? Optional.empty() : Optional.of(build.version()),
                given.source().map(KernelLocator::disk).orElseGet(build::source),
                given.source().flatMap(path -> given.sha256()),
                new BuiltKernel.InFiles(
                        config instanceof Piece.OnDisk ? Optional.empty() : Optional.of(build.earlyConfig()),
                        config,
                        given.vmlinux()
                                .map(KernelLocator::disk)
                                .or(() -> shipped ? bootImage : Optional.empty())
                                .orElseGet(build::vmlinux),
                        given.symvers().map(KernelLocator::disk).orElseGet(build::symvers),
                        own
                                ? givenModules
                                : givenModules.or(() -> Optional.of(shipped ? build.modules() : build.debugModules()))),
                own ? givenModules : givenModules.or(() -> Optional.of(build.modules())),
                bootImage);
    }

    private static Piece disk(Path path) {
        return new Piece.OnDisk(path);
    }

    private KernelRelease releaseOf(Path vmlinux) {
        String release = memo.recall("release of vmlinux", List.of(vmlinux), () -> {
            try (ByteSource bytes = ByteSource.open(vmlinux)) {
                return KernelFacts.identity(bytes).release().value();
            } catch (IOException e) {
                throw ProblemException.input(
                        Problem.of(ProblemCode.INPUT_MISSING, vmlinux.toString(), "The file cannot be read."), e);
            }
        });
        return new KernelRelease(release);
    }
}
