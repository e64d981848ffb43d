package io.github.kpatch.arch.x86;

import static io.github.kpatch.arch.x86.RelocationTypes.R_X86_64_32S;
import static io.github.kpatch.arch.x86.RelocationTypes.R_X86_64_64;
import static io.github.kpatch.arch.x86.RelocationTypes.R_X86_64_NONE;
import static io.github.kpatch.arch.x86.RelocationTypes.R_X86_64_PC32;
import static io.github.kpatch.arch.x86.RelocationTypes.R_X86_64_PLT32;

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
import io.github.kpatch.special.EntryMeaning;
import io.github.kpatch.special.SpecialSection;
import io.github.kpatch.special.SpecialSections;
import io.github.kpatch.special.StaticCallSites;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private static final int MOV_ESI = 0xbe;
    private static final int MOV_EDX = 0xba;
    private static final byte[] CALL_OPCODE = {(byte) 0xe8};
    private static final int TWO_BYTE_OPCODE = 0x0f;

    private static final byte[] BRANCH_TARGET_MARK = {(byte) 0xf3, 0x0f, 0x1e, (byte) 0xfa};
    private static final int CALL_LENGTH = 5;

    /** Which load puts the line number of a file into the argument in which a function takes it: the second or third. */
    private static final Map<String, Integer> LINE_ARGUMENTS = Map.of(
            "__might_sleep", MOV_ESI,
            "___might_sleep", MOV_ESI,
            "__might_resched", MOV_ESI,
            "__might_fault", MOV_ESI,
            "lockdep_rcu_suspicious", MOV_ESI,
            "__btrfs_abort_transaction", MOV_EDX,
            "__btrfs_handle_fs_error", MOV_EDX,
            "__btrfs_panic", MOV_EDX);

    private static final String REPLACEMENT_CODE = ".altinstr_replacement";
    private static final Set<String> WITHOUT_SYMBOLS =
            Set.of(".fixup", REPLACEMENT_CODE, ".altinstr_aux", ".text..refcount");
    private static final Set<String> ACTED_ON_AT_LOAD =
            Set.of(".altinstructions", ".parainstructions", "__jump_table", ".static_call_sites");

    /** A place in the code, nothing more: the table is the list of all such places. */
    private static SpecialSection sites(String name) {
        return SpecialSection.ofFixed(name, 4, SpecialSections.ALL_COUNTS);
    }

    /**
     * {@code struct alt_instr}: instruction, replacement, feature and flags, and last the lengths of both (12 bytes; 14
     * with wider flags since 6.3), behind which before 5.13 the length of the padding came (13 bytes).
     */
    private static EntryMeaning alternative(int replacementLengthAt) {
        return EntryMeaning.AboutCode.with(
                new EntryMeaning.OutOfLine(4, REPLACEMENT_CODE, OptionalInt.of(replacementLengthAt)));
    }

    /** The order matters where one table is divided by another: {@code .fixup} before {@code __ex_table}. */
    private static final List<SpecialSection> SPECIAL_SECTIONS = SpecialSections.common(
            SpecialSections.PRINTK_INDEX,
            sites(".smp_locks"),
            SpecialSection.ofStructures(
                    ".parainstructions",
                    new EntryLayout.Struct("paravirt_patch_site", true),
                    Map.of(16, SpecialSections.ALL_COUNTS)),
            SpecialSection.ofStructures(
                    ".altinstructions",
                    new EntryLayout.Struct("alt_instr"),
                    Map.of(12, alternative(11), 13, alternative(11), 14, alternative(13))),
            new StaticCallSites(),
            sites(".call_sites"),
            sites(".retpoline_sites"),
            sites(".return_sites"),
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
        return R_X86_64_64;
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
            if (type.equals(R_X86_64_64) || type.equals(R_X86_64_32S)) {
                return relocation.addend();
            }
            if (!type.equals(R_X86_64_PC32) && !type.equals(R_X86_64_PLT32) && !type.equals(R_X86_64_NONE)) {
                throw ProblemException.input(
                        ProblemCode.OBJECT_UNSUPPORTED,
                        "section " + section.name(),
                        "Relocation type " + RelocationTypes.name(type) + " in code is not known.");
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
    public boolean loadLineNumbers(Bytes original, Bytes patched, int offset, String function) {
        int load = function.startsWith("warn_slowpath_") ? MOV_ESI : LINE_ARGUMENTS.getOrDefault(function, -1);
        return original.at(offset) == load && patched.at(offset) == load;
    }

    @Override
    public boolean isMappingSymbol(Symbol symbol) {
        return false;
    }

    @Override
    public OptionalInt relocationFieldSize(RelocationType type) {
        return RelocationTypes.fieldSize(type);
    }

    @Override
    public String relocationName(RelocationType type) {
        return RelocationTypes.name(type);
    }

    @Override
    public boolean pointsToEndOfData(RelocationType type) {
        return type.equals(R_X86_64_32S);
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
        return traceCall(object, function).isPresent();
    }

    /** The relocation of the call of {@code __fentry__} with which the function begins. */
    private static Optional<Relocation> traceCall(ElfObject object, SymbolId function) {
        SectionId id = object.symbol(function).home().section().orElseThrow();
        Bytes code = object.section(id).bytes();
        long entry = object.symbol(function).value();
        long site = isAt(code, entry, BRANCH_TARGET_MARK) ? entry + BRANCH_TARGET_MARK.length : entry;
        for (Relocation relocation : object.relocationsOf(id)) {
            if (relocation.offset() == site + 1
                    && object.symbol(relocation.symbol()).name().equals("__fentry__")
                    && (relocation.type().equals(R_X86_64_NONE)
                            || (isAt(code, site, CALL_OPCODE) && isCall(relocation)))) {
                return Optional.of(relocation);
            }
        }
        return Optional.empty();
    }

    private static boolean isCall(Relocation relocation) {
        return relocation.type().equals(R_X86_64_PC32) || relocation.type().equals(R_X86_64_PLT32);
    }

    private static boolean isAt(Bytes code, long offset, byte[] expected) {
        if (offset < 0 || offset > code.size() - expected.length) {
            return false;
        }
        return Arrays.equals(
                code.slice((int) offset, (int) offset + expected.length).toArray(), expected);
    }

    @Override
    public CallSite callSite(ElfObject object, SymbolId function) {
        SectionId id = object.symbol(function).home().section().orElseThrow();
        Section section = object.section(id);
        List<Relocation> relocations = object.relocationsOf(id);
        Relocation call = traceCall(object, function).orElseThrow();
        int site = (int) call.offset() - 1;
        Bytes code = section.bytes();
        if (site + CALL_LENGTH > code.size()) {
            throw badCallSite(object.symbol(function), "The call lies outside the section.");
        }
        if (!call.type().equals(R_X86_64_NONE)) {
            return new CallSite(site, section, relocations);
        }
        // Old kernels' recordmcount had turned the call into a no-op already.
        if (code.at(site) != TWO_BYTE_OPCODE) {
            throw badCallSite(object.symbol(function), "Its first instruction is not the expected no-op.");
        }
        byte[] restored = code.toArray();
        Arrays.fill(restored, site, site + CALL_LENGTH, (byte) 0);
        restored[site] = CALL_OPCODE[0];
        List<Relocation> withCall = new ArrayList<>(relocations);
        withCall.set(
                relocations.indexOf(call), new Relocation(call.offset(), R_X86_64_PC32, call.symbol(), call.addend()));
        return new CallSite(site, section.with(new SectionData.Contents(Bytes.copyOf(restored))), withCall);
    }

    private static ProblemException badCallSite(Symbol function, String what) {
        return ProblemException.input(ProblemCode.OBJECT_INVALID, "symbol " + function.name(), what);
    }

    @Override
    public boolean storesFunctionPointer(ElfObject object, Relocation relocation) {
        return relocation.type().equals(R_X86_64_32S)
                && relocation.addend() == 0
                && object.symbol(relocation.symbol()).isFunction();
    }

    @Override
    public boolean isFieldEmpty(Bytes section, Relocation relocation) {
        int size = relocationFieldSize(relocation.type()).orElse(0);
        return section.slice((int) relocation.offset(), (int) relocation.offset() + size)
                .equals(Bytes.copyOf(new byte[size]));
    }

    @Override
    public String callSiteList() {
        return "__mcount_loc";
    }

    @Override
    public boolean actsOnAtLoad(String table) {
        return ACTED_ON_AT_LOAD.contains(table);
    }

    @Override
    public List<String> tablesByPatchedObject() {
        return List.of(".parainstructions", ".altinstructions");
    }

    @Override
    public String replacementCode() {
        return REPLACEMENT_CODE;
    }

    @Override
    public boolean isReplacedBeforeUse(String section) {
        return section.equals(".altinstr_aux");
    }

    @Override
    public boolean isWithoutSymbols(String section) {
        return WITHOUT_SYMBOLS.contains(section);
    }

    @Override
    public List<SpecialSection> specialSections() {
        return SPECIAL_SECTIONS;
    }
}
