/** What the scripts of the integration tests in {@code src/it} share: how to read a build's log. */
package io.github.kpatch.it;
