package io.github.kpatch.arch.x86;

import static io.github.kpatch.arch.x86.RelocationTypes.R_X86_64_32S;
import static io.github.kpatch.arch.x86.RelocationTypes.R_X86_64_64;
import static io.github.kpatch.arch.x86.RelocationTypes.R_X86_64_NONE;
import static io.github.kpatch.arch.x86.RelocationTypes.R_X86_64_PC32;
import static io.github.kpatch.arch.x86.RelocationTypes.R_X86_64_PLT32;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.CallSite;
import io.github.kpatch.arch.TargetOffsets;
import io.github.kpatch.arch.VariableRead;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.RelocationType;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.kernel.BranchTargets;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.special.EntryLayout;
import io.github.kpatch.special.EntryMeaning;
import io.github.kpatch.special.SpecialSection;
import io.github.kpatch.special.SpecialSections;
import io.github.kpatch.special.StaticCallSites;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
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

    private static final byte[] JUMP_OPCODE = {(byte) 0xe9};
    private static final int CONDITIONAL_JUMP = 0x80;

    private static final int NOP = 0x90;
    private static final byte[] NOP_3 = {0x0f, 0x1f, 0x00};

    /** Kernels have 11 or 16 bytes; {@code FUNCTION_PADDING_BYTES} knows no more than 64. */
    private static final int LONGEST_PADDING = 64;

    private static final int REX_W = 0x48;
    private static final int REX_WB = 0x49;
    private static final int REX_WR = 0x4c;
    private static final int MOV_IMMEDIATE = 0xb8;
    private static final int MOV_MEMORY = 0x8b;
    private static final int RELATIVE_TO_NEXT = 0x05;

    /** What {@code asm/runtime-const.h} compiles in place of the constant. */
    private static final long PLACEHOLDER = 0x0123456789abcdefL;

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

    /**
     * {@code __patchable_function_entries} is made by {@code -fpatchable-function-entry=16,16}, for padding; the kernel's
     * link throws it away. {@code .ibt_endbr_seal} lists functions that nobody reaches by pointer, as far as objtool saw: the
     * loader would take their {@code endbr64} away, and other objects of the patch may hold pointers to them.
     */
    private static final Set<String> BY_PRODUCTS = Set.of("__patchable_function_entries", ".ibt_endbr_seal");

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
    public String configOption() {
        return "CONFIG_X86_64";
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
        Bytes code = section.data() instanceof SectionData.Contents contents ? contents.bytes() : Bytes.EMPTY;
        boolean padded = function.value() > 0 && function.value() <= Math.min(LONGEST_PADDING, code.size());
        for (int i = 0; padded && i < function.value(); i++) {
            padded = code.at(i) == NOP;
        }
        return padded ? function.value() : 0;
    }

    @Override
    public Optional<VariableRead> variableRead(Section section, long constant) {
        Bytes code = section.bytes();
        long start = constant - 2;
        if (start < 0 || constant > code.size() - Long.BYTES) {
            return Optional.empty();
        }
        int at = (int) start;
        int prefix = code.at(at);
        int register = code.at(at + 1) - MOV_IMMEDIATE;
        boolean known = (prefix == REX_W || prefix == REX_WB)
                && register >= 0
                && register < 8
                && code.buffer(order()).getLong(at + 2) == PLACEHOLDER;
        if (!known) {
            return Optional.empty();
        }
        // mov variable(%rip), %register, and a no-op of the three bytes left.
        byte[] rewritten = code.toArray();
        rewritten[at] = (byte) (prefix == REX_WB ? REX_WR : REX_W);
        rewritten[at + 1] = (byte) MOV_MEMORY;
        rewritten[at + 2] = (byte) (register << 3 | RELATIVE_TO_NEXT);
        rewritten[at + 3] = rewritten[at + 4] = rewritten[at + 5] = rewritten[at + 6] = 0;
        System.arraycopy(NOP_3, 0, rewritten, at + 7, NOP_3.length);
        return Optional.of(new VariableRead(Bytes.copyOf(rewritten), start + 3, R_X86_64_PC32, -4));
    }

    @Override
    public boolean discards(String sectionName) {
        return BY_PRODUCTS.contains(sectionName);
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
        Relocation call = traceCall(object, function)
                .orElseThrow(
                        () -> badCallSite(object.symbol(function), "It does not begin with a call of __fentry__."));
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
    public boolean takesAddress(Section base, Relocation relocation) {
        RelocationType type = relocation.type();
        if (type.equals(R_X86_64_64) || type.equals(R_X86_64_32S)) {
            return true;
        }
        if (!type.equals(R_X86_64_PC32) && !type.equals(R_X86_64_PLT32)) {
            return false;
        }
        return !base.isText() || !isBranch(base.bytes(), relocation.offset());
    }

    /** Whether the field at {@code field} is the distance of a call or jump. */
    private static boolean isBranch(Bytes code, long field) {
        boolean conditional = field >= 2
                && field <= code.size()
                && code.at((int) field - 2) == TWO_BYTE_OPCODE
                && (code.at((int) field - 1) & 0xf0) == CONDITIONAL_JUMP;
        return isAt(code, field - 1, CALL_OPCODE) || isAt(code, field - 1, JUMP_OPCODE) || conditional;
    }

    @Override
    public boolean marksBranchTargets(ElfObject object) {
        return object.symbols().stream()
                .filter(Symbol::isFunction)
                .anyMatch(symbol -> symbol.home()
                        .section()
                        .filter(home -> object.section(home).data() instanceof SectionData.Contents contents
                                && isAt(contents.bytes(), symbol.value(), BRANCH_TARGET_MARK))
                        .isPresent());
    }

    @Override
    public Optional<BranchTargets> branchTargets(ElfFile vmlinux) {
        return KeptMarks.in(vmlinux, BRANCH_TARGET_MARK);
    }

    @Override
    public List<SpecialSection> specialSections() {
        return SPECIAL_SECTIONS;
    }

    @Override
    public OptionalLong linkedAddress(Relocation relocation, ByteBuffer field, long place) {
        return RelocationTypes.linkedValue(relocation.type(), field, place).stream()
                .map(value -> value - relocation.addend())
                .findFirst();
    }
}
