/** What is known of the target kernel: its release, config, exports and symbols. Parsers and facts, no processes. */
package io.github.kpatch.kernel;
