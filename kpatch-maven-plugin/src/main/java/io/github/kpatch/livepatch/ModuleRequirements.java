package io.github.kpatch.livepatch;

import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.kernel.ModuleSymvers;
import java.util.Optional;

/**
 * What the target kernel asks of a module.
 *
 * @param name the module's name, as in {@link ModuleDescription#name()}
 * @param release the kernel's release
 * @param vermagic the {@code vermagic} of the kernel's own modules; empty where none of them is at hand, so that only
 *     the release in it can be checked
 * @param symvers the exports of the kernel and its modules
 */
public record ModuleRequirements(
        String name, KernelRelease release, Optional<String> vermagic, ModuleSymvers symvers) {}
