/**
 * The plugin's goals as Maven sees them: parameters in, a request to package {@code stages}, the result to the log, the
 * project's artifact or Maven's exceptions. The only package that knows Maven.
 */
package io.github.kpatch.mojo;
