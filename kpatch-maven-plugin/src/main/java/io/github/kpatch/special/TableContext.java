package io.github.kpatch.special;

import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.kernel.TableSetup;
import java.util.Optional;

/** What a table's rules may ask about the object the table is in and about the kernel. */
public interface TableContext {
    /** What to call the table in messages. */
    String where();

    /** The symbol that {@code relocation} refers to. */
    Symbol symbol(Relocation relocation);

    /** Whether {@code relocation} refers to a dynamic debug descriptor. */
    boolean isDynamicDebug(Relocation relocation);

    /**
     * The object of the running kernel that holds the symbol of {@code relocation}: {@code vmlinux} or a module's name;
     * empty where the kernel does not have it.
     */
    Optional<String> owner(Relocation relocation);

    /** Who acts on the tables of a live patch in this kernel. */
    TableSetup tableSetup();
}
