package io.github.kpatch.stages;

import io.github.kpatch.host.Folders;
import io.github.kpatch.host.WallTime;
import io.github.kpatch.kbuild.CompilerLauncher;
import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.source.Toolchain;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;

/** Stage {@code toolchain}: what the build runs, before anything is fetched or unpacked. */
public final class FindToolchain {
    private FindToolchain() {}

    /**
     * Finds the programs, by the config that the project or the request has, if any: it names the compiler.
     *
     * @param project the config that the project holds; empty where there is no project
     * @throws io.github.kpatch.problem.ProblemException KP101 naming everything that is missing
     */
    public static Toolchain run(WantedKernel kernel, Optional<ProjectConfig> project, BuildContext context) {
        long start = System.nanoTime();
        Optional<KernelConfig> config = project.map(ProjectConfig::config)
                .filter(Files::isRegularFile)
                .or(() -> kernel.config().filter(Files::isRegularFile))
                .map(FindToolchain::read);
        // Without a config the compiler's name is a guess, and unpack will look for the right one.
        Toolchain toolchain = Toolchain.find(
                config,
                kernel.compiler(),
                context.launcher().map(CompilerLauncher::command),
                context.runner(),
                context.cache().memo());
        context.console()
                .info("Toolchain: %s; %s in %s"
                        .formatted(
                                toolchain.compiler().version(),
                                toolchain.tools().stream()
                                        .map(Toolchain.Tool::name)
                                        .collect(Collectors.joining(", ")),
                                WallTime.since(start)));
        return toolchain;
    }

    private static KernelConfig read(Path file) {
        return KernelConfig.parse(file.toString(), Folders.doing(file, () -> Files.readAllBytes(file)));
    }
}
