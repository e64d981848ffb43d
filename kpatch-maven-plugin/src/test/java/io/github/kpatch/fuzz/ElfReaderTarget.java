package io.github.kpatch.fuzz;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.Architectures;
import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfDump;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfObjectBuilder;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.ElfWriter;
import io.github.kpatch.intermediate.IntermediateReader;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.kernelimage.LinkedObject;
import io.github.kpatch.problem.ProblemException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Any bytes, given to everything that reads a file for the engine: objects, intermediate objects, symbol tables in both
 * forms, lists of exports, kernel objects as shipped. Nothing but a coded problem may come out of it, and what was read must survive writing.
 */
public final class ElfReaderTarget {
    private static final int LARGEST_IMAGE = 16 << 20;

    private ElfReaderTarget() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        run(bytes);
    }

    /** What came out, as text that is the same in every run. */
    static String run(byte[] bytes) {
        return object(bytes) + '\n' + symbols(bytes) + '\n' + exports(bytes) + '\n' + shipped(bytes);
    }

    private static String object(byte[] bytes) {
        ElfObject object;
        try {
            object = ElfReader.read("object.o", bytes);
        } catch (ProblemException e) {
            return e.getMessage();
        }
        if (object.header().programHeaders() == 0) {
            byte[] written = ElfWriter.write(object);
            require(ElfReader.read("written.o", written).equals(object), "written and read it is another object");
            ElfObject built = ElfObjectBuilder.from(object).build();
            require(built.symbols().size() == object.symbols().size(), "built anew it has other symbols");
            require(built.sections().size() == object.sections().size(), "built anew it has other sections");
        }
        return ElfDump.withContents(object) + intermediate(object);
    }

    private static String intermediate(ElfObject object) {
        try {
            Architecture x86 = Architectures.of(62).orElseThrow();
            return IntermediateReader.read("object.o", object, x86.absolute64()).toString();
        } catch (ProblemException e) {
            return e.getMessage();
        }
    }

    private static String symbols(byte[] bytes) {
        try {
            ParentSymbols symbols = ParentSymbols.read(ByteSource.of("table", bytes));
            return symbols.entries().toString();
        } catch (ProblemException e) {
            return e.getMessage();
        }
    }

    private static String exports(byte[] bytes) {
        try {
            return ModuleSymvers.parse("Module.symvers", bytes).exports().toString();
        } catch (ProblemException e) {
            return e.getMessage();
        }
    }

    /** A kernel object as shipped; an image that claims to hold far more than an input can is not unpacked. */
    private static String shipped(byte[] bytes) {
        try {
            ByteSource source = ByteSource.of("shipped", bytes);
            boolean large = bytes.length > Integer.BYTES
                    && Integer.toUnsignedLong(ByteBuffer.wrap(bytes)
                                    .order(ByteOrder.LITTLE_ENDIAN)
                                    .getInt(bytes.length - Integer.BYTES))
                            > LARGEST_IMAGE;
            if (!LinkedObject.isShipped(source) || large) {
                return "";
            }
            LinkedObject object = LinkedObject.read("shipped", bytes);
            return object.symbols().entries().stream()
                    .map(entry -> entry + " " + object.bytes(object.address(entry), Long.BYTES))
                    .toList()
                    .toString();
        } catch (ProblemException e) {
            return e.getMessage();
        }
    }

    private static void require(boolean law, String broken) {
        if (!law) {
            throw new AssertionError(broken);
        }
    }
}
