package io.github.kpatch.source;

import io.github.kpatch.kernel.KernelRelease;

/**
 * A release that a distribution has everything of that a live patch takes.
 *
 * @param release the release
 * @param installed whether the kernel itself is installed on this machine
 * @param running whether this machine runs it now
 */
public record OfferedRelease(KernelRelease release, boolean installed, boolean running) {}
