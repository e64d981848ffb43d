package io.github.kpatch.arch.x86;

import io.github.kpatch.elf.Bytes;

/**
 * How long an instruction is in 64-bit mode. The x86-64 ABI counts the addend of a PC-relative relocation from the end
 * of the field, the processor from the end of the instruction: only the length of the instruction tells which byte of
 * a section such a relocation means. Nothing else is decoded.
 *
 * <p>An instruction is legacy prefixes, an optional REX, VEX, EVEX or XOP prefix, an opcode of one of several maps, and
 * what the opcode calls for: a ModRM byte (with SIB byte and displacement) and an immediate. Each map is a table of 256
 * characters, one for each opcode:
 *
 * <pre>
 *   .  nothing more                   !  no instruction in 64-bit mode, or one whose length depends on the vendor
 *   M  ModRM                          R  ModRM that must name two registers
 *   b  8-bit immediate                B  ModRM and 8-bit immediate
 *   z  32-bit immediate, 16 with 0x66 Z  ModRM and such an immediate
 *   v  the same, but 64 with REX.W    j  32-bit displacement of a near branch
 *   w  16-bit immediate               e  16-bit and 8-bit immediate (enter)
 *   o  address of a mov to or from %rax: 64-bit, 32 with 0x67
 *   g  ModRM, and an 8-bit immediate where ModRM.reg is 0 or 1 (test)
 *   G  ModRM, and an immediate like z where ModRM.reg is 0 or 1 (test)
 *   D  ModRM and 32-bit immediate
 *   P  prefix or escape to another map, dealt with before the table is asked
 * </pre>
 *
 * <p>Source: Intel 64 Software Developer's Manual, volume 2, appendix A (opcode maps) and chapter 2 (VEX, EVEX); AMD64
 * Architecture Programmer's Manual, volumes 3 and 6 (3DNow!, XOP).
 */
public final class InstructionLength {
    /** The processor faults on anything longer. */
    private static final int LONGEST = 15;

    private static final String ONE_BYTE = """
            MMMMbz!!MMMMbz!P
            MMMMbz!!MMMMbz!!
            MMMMbzP!MMMMbzP!
            MMMMbzP!MMMMbzP!
            PPPPPPPPPPPPPPPP
            ................
            !!PMPPPPzZbB....
            bbbbbbbbbbbbbbbb
            BZ!BMMMMMMMMMMMM
            ..........!.....
            oooo....bz......
            bbbbbbbbvvvvvvvv
            BBw.PPBZe.w..b!.
            MMMM!!!.MMMMMMMM
            bbbbbbbbjj!b....
            P.PP..gG......MM
            """.replace("\n", "");

    private static final String MAP_0F = """
            MMMM!.....!.!M.B
            MMMMMMMMMMMMMMMM
            RRRR!!!!MMMMMMMM
            ......!.P!P!!!!!
            MMMMMMMMMMMMMMMM
            MMMMMMMMMMMMMMMM
            MMMMMMMMMMMMMMMM
            BBBBMMM.MM!!MMMM
            jjjjjjjjjjjjjjjj
            MMMMMMMMMMMMMMMM
            ...MBMMM...MBMMM
            MMMMMMMMMMBMMMMM
            MMBMBBBM........
            MMMMMMMMMMMMMMMM
            MMMMMMMMMMMMMMMM
            MMMMMMMMMMMMMMM!
            """.replace("\n", "");

    private static final String VEX_MAP_0F = """
            !!!!!!!!!!!!!!!!
            MMMMMMMM!!!!!!!!
            !!!!!!!!MMMMMMMM
            !!!!!!!!!!!!!!!!
            !MM!MMMM!!MM!!!!
            MMMMMMMMMMMMMMMM
            MMMMMMMMMMMMMMMM
            BBBBMMM.MMMMMMMM
            !!!!!!!!!!!!!!!!
            MMMM!!!!MM!!!!!!
            !!!!!!!!!!!!!!M!
            !!!!!!!!!!!!!!!!
            !!B!BBB!!!!!!!!!
            MMMMMMMMMMMMMMMM
            MMMMMMMMMMMMMMMM
            MMMMMMMMMMMMMMM!
            """.replace("\n", "");

    private static final String ALL_MODRM = "M".repeat(256);
    private static final String ALL_MODRM_IMM8 = "B".repeat(256);
    private static final String ALL_MODRM_IMM32 = "D".repeat(256);

    private final Bytes code;
    private final int start;
    private int position;
    private boolean operandSize;
    private boolean addressSize;
    private boolean forbidsVex;
    private boolean wide;
    private int repeat;

    private InstructionLength(Bytes code, int start) {
        this.code = code;
        this.start = start;
        this.position = start;
    }

    /**
     * The length in bytes, 1 to 15, of the instruction that begins at {@code offset}.
     *
     * @throws UndecodableInstructionException where the bytes are no instruction, run past the end of {@code code}, or
     *     mean instructions of different lengths to processors of different vendors
     */
    public static int at(Bytes code, int offset) throws UndecodableInstructionException {
        InstructionLength instruction = new InstructionLength(code, offset);
        instruction.decode();
        return instruction.position - offset;
    }

    private void decode() throws UndecodableInstructionException {
        int opcode = afterPrefixes();
        switch (opcode) {
            case 0x0f -> twoByteOpcode();
            case 0xc5 -> {
                vexIsAllowed();
                next();
                operands(VEX_MAP_0F, next());
            }
            case 0xc4 -> {
                vexIsAllowed();
                vex3();
            }
            case 0x62 -> {
                vexIsAllowed();
                evex();
            }
            case 0x8f -> popOrXop();
            default -> operands(ONE_BYTE, opcode);
        }
    }

    private int afterPrefixes() throws UndecodableInstructionException {
        boolean rex = false;
        while (true) {
            int value = next();
            switch (value) {
                case 0x66 -> operandSize = true;
                case 0x67 -> addressSize = true;
                case 0xf2, 0xf3 -> repeat = value;
                case 0xf0, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65 -> {}
                default -> {
                    if ((value & 0xf0) != 0x40) {
                        forbidsVex |= rex;
                        return value;
                    }
                }
            }
            // A REX prefix counts only right before the opcode.
            rex = (value & 0xf0) == 0x40;
            wide = rex && (value & 0x08) != 0;
            forbidsVex |= value == 0x66 || value == 0xf0 || value == 0xf2 || value == 0xf3;
        }
    }

    private void vexIsAllowed() throws UndecodableInstructionException {
        if (forbidsVex) {
            throw undecodable("a VEX or EVEX prefix follows a prefix it excludes");
        }
    }

    private void twoByteOpcode() throws UndecodableInstructionException {
        int opcode = next();
        if (opcode == 0x38) {
            operands(ALL_MODRM, next());
        } else if (opcode == 0x3a) {
            operands(ALL_MODRM_IMM8, next());
        } else if (opcode == 0x78 && (operandSize || repeat == 0xf2)) {
            throw undecodable("SSE4a extrq and insertq are not supported");
        } else {
            operands(MAP_0F, opcode);
        }
    }

    private void vex3() throws UndecodableInstructionException {
        int map = next() & 0x1f;
        next();
        operands(
                switch (map) {
                    case 1 -> VEX_MAP_0F;
                    case 2 -> ALL_MODRM;
                    case 3 -> ALL_MODRM_IMM8;
                    default -> throw undecodable("unknown VEX opcode map " + map);
                },
                next());
    }

    private void evex() throws UndecodableInstructionException {
        int first = next();
        int second = next();
        next();
        // These two bits are fixed until APX gives them a meaning, and with it other instructions.
        if ((first & 0x08) != 0 || (second & 0x04) == 0) {
            throw undecodable("EVEX prefix of an extension that is not supported");
        }
        int map = first & 0x07;
        int opcode = next();
        if (map == 1 && opcode == 0x77) {
            throw undecodable("unknown EVEX opcode");
        }
        operands(
                switch (map) {
                    case 1 -> VEX_MAP_0F;
                    case 2, 5, 6 -> ALL_MODRM;
                    case 3 -> ALL_MODRM_IMM8;
                    default -> throw undecodable("unknown EVEX opcode map " + map);
                },
                opcode);
    }

    /** XOP took over those forms of {@code pop} whose ModRM byte does not name register field 0 (maps 8 and up). */
    private void popOrXop() throws UndecodableInstructionException {
        int map = peek() & 0x1f;
        if (map < 8) {
            if ((peek() & 0x38) != 0) {
                throw undecodable("unknown form of pop");
            }
            modRm();
            return;
        }
        vexIsAllowed();
        next();
        next();
        operands(
                switch (map) {
                    case 8 -> ALL_MODRM_IMM8;
                    case 9 -> ALL_MODRM;
                    case 10 -> ALL_MODRM_IMM32;
                    default -> throw undecodable("unknown XOP opcode map " + map);
                },
                next());
    }

    private void operands(String map, int opcode) throws UndecodableInstructionException {
        switch (map.charAt(opcode)) {
            case '.' -> {}
            case 'M' -> modRm();
            case 'R' -> {
                if (modRm() >> 6 != 3) {
                    throw undecodable("control or debug register move with a memory operand");
                }
            }
            case 'b' -> skip(1);
            case 'B' -> {
                modRm();
                skip(1);
            }
            case 'z' -> skip(immediateSize());
            case 'Z' -> {
                modRm();
                skip(immediateSize());
            }
            case 'v' -> skip(wide ? 8 : immediateSize());
            case 'w' -> skip(2);
            case 'e' -> skip(3);
            case 'o' -> skip(addressSize ? 4 : 8);
            case 'j' -> {
                if (operandSize && !wide) {
                    throw undecodable("near branch with an operand size prefix, which Intel ignores and AMD does not");
                }
                skip(4);
            }
            case 'g' -> skip(isTest(modRm()) ? 1 : 0);
            case 'G' -> skip(isTest(modRm()) ? immediateSize() : 0);
            case 'D' -> {
                modRm();
                skip(4);
            }
            default -> throw undecodable(String.format("unknown opcode 0x%02x", opcode));
        }
    }

    private static boolean isTest(int modRm) {
        return (modRm & 0x30) == 0;
    }

    private int immediateSize() {
        return operandSize && !wide ? 2 : 4;
    }

    /** Passes over the ModRM byte, its SIB byte and displacement, and returns the ModRM byte. */
    private int modRm() throws UndecodableInstructionException {
        int modRm = next();
        int mod = modRm >> 6;
        int base = modRm & 7;
        if (mod == 3) {
            return modRm;
        }
        if (base == 4) {
            base = next() & 7;
        }
        if (mod == 1) {
            skip(1);
        } else if (mod == 2 || base == 5) {
            skip(4);
        }
        return modRm;
    }

    private int peek() throws UndecodableInstructionException {
        if (position >= code.size()) {
            throw undecodable("the code ends within an instruction");
        }
        return code.at(position);
    }

    private int next() throws UndecodableInstructionException {
        int value = peek();
        skip(1);
        return value;
    }

    private void skip(int count) throws UndecodableInstructionException {
        if (count > code.size() - position) {
            throw undecodable("the code ends within an instruction");
        }
        position += count;
        if (position - start > LONGEST) {
            throw undecodable("an instruction is longer than " + LONGEST + " bytes");
        }
    }

    private UndecodableInstructionException undecodable(String why) {
        return new UndecodableInstructionException(start, why);
    }
}
