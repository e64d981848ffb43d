/** What tests of several packages share: the machine's compiler and binutils, which make inputs and serve as oracles. */
package io.github.kpatch.testing;
