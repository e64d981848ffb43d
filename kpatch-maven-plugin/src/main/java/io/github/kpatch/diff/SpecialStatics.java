package io.github.kpatch.diff;

import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import java.util.List;
import java.util.Optional;

/**
 * Tells which static variables are never matched with the running kernel's copy: the patch takes along its own.
 *
 * <p>{@code __key} is a lockdep class, {@code __warned} and {@code __already_done} say that a warning was given, {@code
 * _rs} limits a rate: all may start again. {@code __func__}, {@code __FUNCTION__} and {@code CSWTCH} (gcc's table for a
 * switch) are read-only. {@code _entry} (printk index) holds a line number. Dynamic debug descriptors are found by their
 * section, since their name has changed over time. Matching them instead would make a warning added to a function, which
 * renumbers all of these, look like a change of data.
 */
final class SpecialStatics {
    private static final List<String> NAMES =
            List.of("__key", "__warned", "__already_done.", "__func__", "__FUNCTION__", "_rs", "CSWTCH", "_entry");

    private static final List<String> VALUES = List.of("_rs", "CSWTCH");

    private SpecialStatics() {}

    /** Whether {@code id} is such a variable, or the section symbol of one. */
    static boolean contains(Unit unit, SymbolId id) {
        Symbol symbol = unit.symbol(id);
        Optional<String> section = unit.home(id).map(home -> unit.section(home).name());
        if (section.isEmpty() || !symbol.isLocal() || !(symbol.isObject() || symbol.isSection())) {
            return false;
        }
        if (SectionNames.isDynamicDebug(section.get()) || SectionNames.isUnnamedData(section.get())) {
            return true;
        }
        if (symbol.isSection()) {
            return unit.home(id)
                    .flatMap(unit.bundles()::owner)
                    .filter(owner -> isSpecial(unit.symbol(owner), section.get()))
                    .isPresent();
        }
        return isSpecial(symbol, section.get());
    }

    private static boolean isSpecial(Symbol symbol, String section) {
        return symbol.isObject()
                && symbol.isLocal()
                && (section.equals(".data.once")
                        || section.equals(".data..once")
                        || NAMES.stream().anyMatch(base -> isNamed(symbol, base)));
    }

    /** gcc writes {@code base.number}, clang {@code function.base}. */
    private static boolean isNamed(Symbol symbol, String base) {
        return symbol.name().startsWith(base + ".") || symbol.name().contains("." + base);
    }

    /**
     * Whether {@code id} is such a variable whose initial value means something: a table of a switch, or the limits of a
     * rate. Where it changes, code that uses it must take the new copy. The others are flags, or hold what changes with
     * every build, such as lines.
     */
    static boolean holdsValue(Unit unit, SymbolId id) {
        return contains(unit, id) && VALUES.stream().anyMatch(base -> isNamed(unit.symbol(id), base));
    }

    /** Whether {@code id} is a static variable inside a function that must be matched: {@code name.7}, {@code f.name}. */
    static boolean isOrdinaryLocal(Unit unit, SymbolId id) {
        Symbol symbol = unit.symbol(id);
        return symbol.isObject()
                && symbol.isLocal()
                && unit.home(id).isPresent()
                && !symbol.name().startsWith(".L")
                && symbol.name().contains(".")
                && !contains(unit, id);
    }

    /** Whether {@code id} describes a dynamic debug message, or is the section symbol of such descriptors. */
    static boolean isDynamicDebug(Unit unit, SymbolId id) {
        Symbol symbol = unit.symbol(id);
        return (symbol.isObject() || symbol.isSection())
                && unit.home(id)
                        .filter(home ->
                                SectionNames.isDynamicDebug(unit.section(home).name()))
                        .isPresent();
    }
}
