package io.github.kpatch.elf;

/**
 * One entry of a symbol table.
 *
 * @param name {@code st_name} as text; for a section symbol the name of its section
 * @param type what it names
 * @param binding who sees it
 * @param other {@code st_other}, 0 to 255: visibility and machine bits
 * @param value {@code st_value}: in a relocatable object the offset in the section
 * @param size {@code st_size} in bytes
 * @param home where it is defined
 */
public record Symbol(
        String name, SymbolType type, SymbolBinding binding, int other, long value, long size, SymbolHome home) {
    /** The null symbol. */
    public static final Symbol NULL =
            new Symbol("", SymbolType.NOTYPE, SymbolBinding.LOCAL, 0, 0, 0, new SymbolHome.Undefined());

    /** Whether it is a section symbol. */
    public boolean isSection() {
        return type.equals(SymbolType.SECTION);
    }

    /** Whether it is a function. */
    public boolean isFunction() {
        return type.equals(SymbolType.FUNC);
    }

    /** Whether it is a data object. */
    public boolean isObject() {
        return type.equals(SymbolType.OBJECT);
    }

    /** Whether its binding is {@code STB_LOCAL}. */
    public boolean isLocal() {
        return binding.equals(SymbolBinding.LOCAL);
    }

    /** The same symbol with another name. */
    public Symbol withName(String newName) {
        return new Symbol(newName, type, binding, other, value, size, home);
    }

    /** The same symbol with another binding. */
    public Symbol withBinding(SymbolBinding newBinding) {
        return new Symbol(name, type, newBinding, other, value, size, home);
    }

    /** The same symbol at another place: {@code newValue} is the offset in {@code newHome}. */
    public Symbol at(SymbolHome newHome, long newValue) {
        return new Symbol(name, type, binding, other, newValue, size, newHome);
    }

    /** The same symbol, defined elsewhere. */
    public Symbol undefined() {
        return new Symbol(name, type, binding, other, 0, 0, new SymbolHome.Undefined());
    }

    /** A section symbol, which stands for the beginning of a section. */
    public static Symbol ofSection(String name, SectionId section) {
        return new Symbol(name, SymbolType.SECTION, SymbolBinding.LOCAL, 0, 0, 0, new SymbolHome.InSection(section));
    }
}
