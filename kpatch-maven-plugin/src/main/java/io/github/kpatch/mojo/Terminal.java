package io.github.kpatch.mojo;

import java.io.Console;

/**
 * Whether somebody watches. Before Java 22 there is a console only where standard input and output are a terminal; since
 * then there always is one, which has to be asked by a method that earlier ones do not have.
 */
final class Terminal {
    private Terminal() {}

    @SuppressWarnings("SystemConsoleNull") // The other half of the question follows.
    static boolean isThere() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException before22) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
