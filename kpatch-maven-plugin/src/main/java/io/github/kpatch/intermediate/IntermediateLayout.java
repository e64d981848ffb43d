package io.github.kpatch.intermediate;

/**
 * Names and sizes of the intermediate sections. The layout is the field's: the C structures that the existing tools
 * share, with pointers of eight bytes and natural alignment.
 */
public final class IntermediateLayout {
    /** NUL-terminated strings that the other tables point to. */
    public static final String STRINGS = ".kpatch.strings";
    /** One {@link PatchedFunction} an entry. */
    public static final String FUNCTIONS = ".kpatch.funcs";
    /** One {@link KlpRelocation} an entry. */
    public static final String RELOCATIONS = ".kpatch.relocations";
    /** One {@link KlpSymbol} an entry. */
    public static final String SYMBOLS = ".kpatch.symbols";
    /** One {@link ArchSection} an entry. */
    public static final String ARCH = ".kpatch.arch";
    /** What the names of all sections of {@link Callback}s begin with. */
    public static final String CALLBACKS_PREFIX = ".kpatch.callbacks.";
    /** The name by which tables call the kernel itself. */
    public static final String VMLINUX = "vmlinux";

    /** Size of an entry of {@link #FUNCTIONS}. */
    public static final int FUNCTION_SIZE = 56;
    /** Size of an entry of {@link #RELOCATIONS}. */
    public static final int RELOCATION_SIZE = 40;
    /** Size of an entry of {@link #SYMBOLS}. */
    public static final int SYMBOL_SIZE = 40;
    /** Size of an entry of {@link #ARCH}. */
    public static final int ARCH_SIZE = 16;
    /** Size of an entry of a section of callbacks: function, object name. */
    public static final int CALLBACK_SIZE = 16;

    private IntermediateLayout() {}
}
