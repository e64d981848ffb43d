/**
 * What can go wrong, in words a user can act on: the one list of codes, the {@link Problem} that carries a code with
 * place and cure, and the exception that brings problems to the Mojo. Every other package may use this one; it uses
 * none.
 */
package io.github.kpatch.problem;
