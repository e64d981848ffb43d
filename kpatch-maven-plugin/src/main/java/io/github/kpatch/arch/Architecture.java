package io.github.kpatch.arch;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.RelocationType;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.kernel.BranchTargets;
import io.github.kpatch.special.SpecialSection;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Every question whose answer depends on the machine. No method has a default: a new architecture must answer each one,
 * because a wrong silent answer would be a wrong module.
 */
public interface Architecture {
    /** {@code e_machine} of its objects. */
    int machine();

    /** The byte order of its objects. */
    ByteOrder order();

    /** The name the kernel's users know it by, such as {@code x86_64}. */
    String name();

    /** The option that is set in the config of each of its kernels, such as {@code CONFIG_X86_64}. */
    String configOption();

    /** The relocation type that stores a symbol's address in eight bytes. */
    RelocationType absolute64();

    /**
     * Where the relocations of one section point inside the section or symbol they name. The addend alone does not say
     * that: a field relative to the program counter is biased by its distance from the end of its instruction.
     *
     * @param base the section that the relocations apply to
     */
    TargetOffsets targetOffsets(Section base);

    /**
     * The length in bytes of the instruction at {@code offset} of {@code section}.
     *
     * @throws io.github.kpatch.problem.ProblemException when the bytes are no known instruction
     */
    int instructionLength(Section section, int offset);

    /**
     * Whether the instructions at {@code offset} of two builds differ in nothing but a constant, and load it where {@code
     * function} takes a line number. No function whose argument may be any other number is known here.
     */
    boolean loadLineNumbers(Bytes original, Bytes patched, int offset, String function);

    /** Whether the symbol only marks what kind of bytes follow it. */
    boolean isMappingSymbol(Symbol symbol);

    /** Whether compilers use this type to compare a pointer with the end of a variable. */
    boolean pointsToEndOfData(RelocationType type);

    /**
     * Whether the field of {@code relocation} holds what the module loader wants to find there before it fills it. A
     * livepatch may be resolved again after its object was gone.
     *
     * @param section the bytes that are relocated; the field, see {@link #relocationFieldSize}, lies inside
     */
    boolean isFieldEmpty(Bytes section, Relocation relocation);

    /** How many bytes the module loader fills for a relocation of this type; empty for a type that it refuses. */
    OptionalInt relocationFieldSize(RelocationType type);

    /** The name of a relocation type as the machine's specification has it, such as {@code R_X86_64_PLT32}. */
    String relocationName(RelocationType type);

    /** Whether a function symbol of that name only marks the padding before another one. */
    boolean isPrefixName(String name);

    /**
     * How many bytes of padding that no prefix symbol measures stand between the start of {@code section} and the
     * function that owns it.
     */
    long paddingBefore(Section section, Symbol function);

    /**
     * The code that reads a variable in place of a constant that the kernel writes into an instruction at boot; empty
     * where the instruction is not of the kind that is known.
     *
     * @param code the section of the instruction
     * @param constant where in it the constant stands
     */
    Optional<VariableRead> variableRead(Section code, long constant);

    /** Whether a section of that name is a by-product of the compiler here and never carried. */
    boolean discards(String sectionName);

    /**
     * Whether the first instruction of {@code function} is a call that ftrace can redirect, which is what livepatch needs;
     * a mark for indirect branches may stand before it.
     */
    boolean isTraced(ElfObject object, SymbolId function);

    /**
     * Where ftrace finds the call of a traced {@code function}, and how its code must read.
     *
     * @throws io.github.kpatch.problem.ProblemException when the code there is not what the kernel expects
     */
    CallSite callSite(ElfObject object, SymbolId function);

    /** Whether {@code relocation} stores the address of a function for somebody to call later. */
    boolean storesFunctionPointer(ElfObject object, Relocation relocation);

    /** The section that lists the call sites of all functions for ftrace, an address each. */
    String callSiteList();

    /**
     * Whether the module loader changes code after what a table of that name says, so that what the table refers to must
     * be there by then. Of other tables it only takes note.
     */
    boolean actsOnAtLoad(String table);

    /** The tables that kernels before 5.8 want by patched object, in the order in which they are handed over. */
    List<String> tablesByPatchedObject();

    /** The section with the code that alternatives put in the place of other code. */
    String replacementCode();

    /** Whether code in a section of that name runs only until alternatives are applied; never in a module. */
    boolean isReplacedBeforeUse(String section);

    /** Whether nothing in a section of that name has a symbol, so that references to it can only be by section. */
    boolean isWithoutSymbols(String section);

    /**
     * Whether {@code relocation} hands out an address that somebody may call or read, rather than call or jump to it.
     *
     * @param base the section that it applies to
     */
    boolean takesAddress(Section base, Relocation relocation);

    /** Whether the object was compiled to mark where indirect branches may land, so that the kernel may demand it. */
    boolean marksBranchTargets(ElfObject object);

    /** Where a kernel that tracks indirect branches lets them land; empty where {@code vmlinux} does not say. */
    Optional<BranchTargets> branchTargets(ElfFile vmlinux);

    /** The tables about code that the kernel walks on this machine, in the order in which they are rebuilt. */
    List<SpecialSection> specialSections();

    /**
     * The address that a linker took for the symbol of a relocation, from what it wrote into the field.
     *
     * @param relocation as it was before the link
     * @param field the field's bytes, {@link #relocationFieldSize} many, in {@link #order()}
     * @param place the field's address
     * @return empty for a type whose field does not tell
     */
    OptionalLong linkedAddress(Relocation relocation, ByteBuffer field, long place);
}
