/**
 * The door to the machine the build runs on: processes, archives, folders, progress. Engine packages never use it, so
 * that they stay pure and testable in memory.
 */
package io.github.kpatch.host;
