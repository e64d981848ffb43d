/**
 * Gets the kernel: finds its source, config, exports and symbols among given pieces or in the distribution's packages,
 * checks that they belong together, and keeps prepared trees in a cache.
 */
package io.github.kpatch.source;
