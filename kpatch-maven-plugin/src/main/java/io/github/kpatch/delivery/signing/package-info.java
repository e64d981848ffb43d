/**
 * The signature that kernels ask of modules: made by the user's key, wherever it is kept, in the form that the kernel's own
 * {@code scripts/sign-file} gives it.
 */
package io.github.kpatch.delivery.signing;
