/**
 * The second reading of a finished module: holds it against the objects that the compiler made of the patched source and
 * against what is known of the running kernel, as a stranger would who knows nothing of how it was made. Shares no pass
 * with the differ, and reads no intermediate object.
 */
package io.github.kpatch.livepatch.verify;
