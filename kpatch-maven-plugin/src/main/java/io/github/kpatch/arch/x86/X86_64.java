package io.github.kpatch.arch.x86;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.CallSite;
import io.github.kpatch.arch.TargetOffsets;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.RelocationType;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.special.EntryLayout;
import io.github.kpatch.special.SpecialSection;
import io.github.kpatch.special.SpecialSections;
import io.github.kpatch.special.StaticCallSites;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * 64-bit x86, the machine with instructions of any length. Code refers to data relative to the end of the instruction,
 * so what a relocation means depends on how many bytes of immediate follow the field. A traced function begins with
 * {@code call __fentry__} ({@code e8} and four bytes), which the kernel turns into a no-op at boot and livepatch into a
 * call again; {@code __mcount_loc} lists these calls. Padded kernels mark the bytes before a function with a symbol of
 * their own ({@code __pfx_}, or {@code __cfi_} with kCFI).
 */
public final class X86_64 implements Architecture {
    private static final RelocationType NONE = new RelocationType(0);
    private static final RelocationType ABSOLUTE_64 = new RelocationType(1);
    private static final RelocationType PC32 = new RelocationType(2);
    private static final RelocationType PLT32 = new RelocationType(4);
    private static final RelocationType ABSOLUTE_32S = new RelocationType(11);

    private static final int MOV_ESI = 0xbe;
    private static final int MOV_EDX = 0xba;
    private static final int CALL = 0xe8;
    private static final int TWO_BYTE_OPCODE = 0x0f;

    private static final Set<String> TAKE_LINE = Set.of(
            "__warn_printk",
            "__might_sleep",
            "___might_sleep",
            "__might_fault",
            "printk",
            "_printk",
            "lockdep_rcu_suspicious",
            "__btrfs_abort_transaction",
            "__btrfs_handle_fs_error",
            "__btrfs_panic");

    /** The order matters where one table is divided by another: {@code .fixup} before {@code __ex_table}. */
    private static final List<SpecialSection> SPECIAL_SECTIONS = SpecialSections.common(
            SpecialSections.PRINTK_INDEX,
            SpecialSection.plain(".smp_locks", new EntryLayout.Fixed(4)),
            SpecialSection.plain(".parainstructions", new EntryLayout.Struct("paravirt_patch_site", true)),
            SpecialSection.plain(".altinstructions", new EntryLayout.Struct("alt_instr")),
            new StaticCallSites(),
            SpecialSection.plain(".call_sites", new EntryLayout.Fixed(4)),
            SpecialSection.plain(".retpoline_sites", new EntryLayout.Fixed(4)),
            SpecialSection.plain(".return_sites", new EntryLayout.Fixed(4)),
            SpecialSections.ORC_UNWIND);

    @Override
    public int machine() {
        return 62;
    }

    @Override
    public ByteOrder order() {
        return ByteOrder.LITTLE_ENDIAN;
    }

    @Override
    public String name() {
        return "x86_64";
    }

    @Override
    public RelocationType absolute64() {
        return ABSOLUTE_64;
    }

    @Override
    public TargetOffsets targetOffsets(Section base) {
        return base.isText() ? new CodeTargets(base) : Relocation::addend;
    }

    /** Decodes the section once, and only when a relocation needs it. */
    private static final class CodeTargets implements TargetOffsets {
        private final Section section;
        private BitSet instructionStarts;

        CodeTargets(Section section) {
            this.section = section;
        }

        @Override
        public long of(Relocation relocation) {
            RelocationType type = relocation.type();
            if (type.equals(ABSOLUTE_64) || type.equals(ABSOLUTE_32S)) {
                return relocation.addend();
            }
            if (!type.equals(PC32) && !type.equals(PLT32) && !type.equals(NONE)) {
                throw ProblemException.input(
                        ProblemCode.OBJECT_UNSUPPORTED,
                        "section " + section.name(),
                        "Relocation type " + type + " in code is not known.");
            }
            if (relocation.offset() < 0
                    || relocation.offset() >= section.bytes().size()) {
                throw ProblemException.input(
                        ProblemCode.OBJECT_INVALID,
                        "section " + section.name(),
                        "A relocation lies outside the section.");
            }
            return relocation.addend() + endOfInstruction((int) relocation.offset()) - relocation.offset();
        }

        private long endOfInstruction(int offset) {
            if (instructionStarts == null) {
                instructionStarts = starts(section);
            }
            return instructionStarts.nextSetBit(offset + 1);
        }
    }

    private static BitSet starts(Section section) {
        Bytes code = section.bytes();
        BitSet starts = new BitSet(code.size() + 1);
        int at = 0;
        while (at < code.size()) {
            starts.set(at);
            at += length(section.name(), code, at);
        }
        starts.set(at);
        return starts;
    }

    private static int length(String section, Bytes code, int offset) {
        try {
            return InstructionLength.at(code, offset);
        } catch (UndecodableInstructionException e) {
            throw ProblemException.input(
                    Problem.of(
                            ProblemCode.OBJECT_UNSUPPORTED,
                            "section " + section,
                            "The instruction at offset " + offset + " is not known: " + e.getMessage()),
                    e);
        }
    }

    @Override
    public int instructionLength(Section section, int offset) {
        return length(section.name(), section.bytes(), offset);
    }

    @Override
    public boolean loadLineNumbers(Bytes original, Bytes patched, int offset) {
        int opcode = patched.at(offset);
        return original.at(offset) == opcode && (opcode == MOV_ESI || opcode == MOV_EDX);
    }

    @Override
    public boolean takesLineNumber(String function) {
        return function.startsWith("warn_slowpath_") || TAKE_LINE.contains(function);
    }

    @Override
    public boolean isMappingSymbol(Symbol symbol) {
        return false;
    }

    @Override
    public OptionalInt relocationFieldSize(RelocationType type) {
        return RelocationField.size(type);
    }

    @Override
    public boolean pointsToEndOfData(RelocationType type) {
        return type.equals(ABSOLUTE_32S);
    }

    @Override
    public boolean isPrefixName(String name) {
        return name.startsWith("__pfx_") || name.startsWith("__cfi_");
    }

    @Override
    public long paddingBefore(Section section, Symbol function) {
        return 0;
    }

    @Override
    public boolean discards(String sectionName) {
        // Made by -fpatchable-function-entry=16,16 for padding; the kernel's link throws it away.
        return sectionName.equals("__patchable_function_entries");
    }

    @Override
    public boolean isTraced(ElfObject object, SymbolId function) {
        List<Relocation> relocations = object.symbol(function)
                .home()
                .section()
                .map(object::relocationsOf)
                .orElse(List.of());
        if (relocations.isEmpty()) {
            return false;
        }
        Relocation first = relocations.get(0);
        return (first.type().equals(NONE)
                        || first.type().equals(PC32)
                        || first.type().equals(PLT32))
                && object.symbol(first.symbol()).name().equals("__fentry__");
    }

    @Override
    public CallSite callSite(ElfObject object, SymbolId function) {
        SectionId id = object.symbol(function).home().section().orElseThrow();
        Section section = object.section(id);
        List<Relocation> relocations = object.relocationsOf(id);
        Relocation call = relocations.get(0);
        long site = call.offset() - 1;
        Bytes code = section.bytes();
        if (site < 0 || site + 5 > code.size()) {
            throw badCallSite(object.symbol(function), "The call lies outside the section.");
        }
        if (!call.type().equals(NONE)) {
            return new CallSite(site, section, relocations);
        }
        // Old kernels' recordmcount had turned the call into a no-op already.
        if (site != 0 || code.at(0) != TWO_BYTE_OPCODE) {
            throw badCallSite(object.symbol(function), "Its first instruction is not the expected no-op.");
        }
        byte[] restored = code.toArray();
        restored[0] = (byte) CALL;
        restored[1] = restored[2] = restored[3] = restored[4] = 0;
        List<Relocation> withCall = new ArrayList<>(relocations);
        withCall.set(0, new Relocation(call.offset(), PC32, call.symbol(), call.addend()));
        return new CallSite(site, section.with(new SectionData.Contents(Bytes.copyOf(restored))), withCall);
    }

    private static ProblemException badCallSite(Symbol function, String what) {
        return ProblemException.input(ProblemCode.OBJECT_INVALID, "symbol " + function.name(), what);
    }

    @Override
    public boolean storesFunctionPointer(ElfObject object, Relocation relocation) {
        return relocation.type().equals(ABSOLUTE_32S)
                && relocation.addend() == 0
                && object.symbol(relocation.symbol()).isFunction();
    }

    @Override
    public List<SpecialSection> specialSections() {
        return SPECIAL_SECTIONS;
    }
}
