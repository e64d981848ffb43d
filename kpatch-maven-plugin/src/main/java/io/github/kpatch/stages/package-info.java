/**
 * The stages that lead from patches to a module, each of which leaves its files and a record of completion in the
 * project's workspace, so that a build resumes, a goal can run by itself, and nothing is done twice.
 */
package io.github.kpatch.stages;
