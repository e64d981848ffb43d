package io.github.kpatch.stages;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Everything that a module depends on.
 *
 * @param kernel the kernel to be patched
 * @param config the kernel's config as the project holds it; empty where there is no project
 * @param patches folder of the patches
 * @param maxFuzz how many lines of context a hunk may lack
 * @param detail what to show of the comparison
 * @param module what the module is to be
 */
public record BuildRequest(
        WantedKernel kernel,
        Optional<ProjectConfig> config,
        Path patches,
        int maxFuzz,
        DiffObjects.Detail detail,
        LinkRequest module) {}
