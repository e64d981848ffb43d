package io.github.kpatch.kbuild;

import io.github.kpatch.host.Digests;
import io.github.kpatch.kbuild.PreprocessedText.Item;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What of a preprocessed C source its object depends on. Headers bring thousands of declarations of functions that the
 * source never names, and a patch of one of these cannot change the object: a compiler makes nothing of a prototype, nor
 * of a static inline function, that nothing else mentions. Two sources of which the rest is the same, token by token, are
 * compiled to the same code.
 *
 * <p>Only these two are left out, and only where they have the plainest form; types, variables, assertions and all else
 * count whether they are used or not. A name counts as mentioned wherever it stands in what is kept, also as a member's or
 * a local variable's. Functions that a compiler calls without being told to count always.
 */
final class UsedText {
    /** Counts changes of what counts: a digest by another rule says nothing. */
    static final int FORMAT = 1;

    /** Compilers call these by themselves ("Language Standards Supported by GCC" in its manual). */
    private static final List<String> CALLED_UNMENTIONED = List.of("mem", "str", "abort", "bcmp", "bzero", "main");

    /** By these a function is something although nobody mentions it, or stands for another. */
    private static final Set<String> BINDING_ATTRIBUTES = Stream.of(
                    "used", "retain", "constructor", "destructor", "alias", "weakref", "ifunc", "copy", "symver")
            .flatMap(name -> Stream.of(name, "__" + name + "__"))
            .collect(Collectors.toUnmodifiableSet());

    private static final Set<String> INLINE = Set.of("inline", "__inline", "__inline__");

    /** Behind one of these stands a type's name. */
    private static final Set<String> TAGS = Set.of("struct", "union", "enum");

    /** Words of a type, of which the one before the parenthesis of {@code int (*f)(void)} is none of a function. */
    private static final Set<String> OF_TYPES = Set.of(
            "void",
            "char",
            "short",
            "int",
            "long",
            "float",
            "double",
            "signed",
            "unsigned",
            "_Bool",
            "__int128",
            "const",
            "volatile",
            "extern",
            "static");

    /** What makes a declaration another kind, or one that is not looked into. */
    private static final Set<String> OTHER_KINDS = Set.of(
            "typedef",
            "typeof",
            "__typeof",
            "__typeof__",
            "__auto_type",
            "asm",
            "__asm",
            "__asm__",
            "_Alignas",
            "_Atomic",
            "_Static_assert",
            "__extension__",
            "_Generic",
            "sizeof");

    private static final String BY_THE_ASSEMBLER = ".inc";

    private final PreprocessedText text;
    private final BitSet mentioned = new BitSet();
    private final Deque<Integer> unread = new ArrayDeque<>();
    private final BitSet kept = new BitSet();

    private UsedText(PreprocessedText text) {
        this.text = text;
    }

    /**
     * The SHA-256 of what counts.
     *
     * @param preprocessed a source as the preprocessor leaves it
     * @return empty where the assembler may take in a file that the preprocessor did not see ({@code .include},
     *     {@code .incbin})
     */
    static Optional<String> digest(byte[] preprocessed) {
        PreprocessedText text = PreprocessedText.of(preprocessed);
        boolean takesInFiles =
                text.words().stream().anyMatch(word -> word.startsWith("\"") && word.contains(BY_THE_ASSEMBLER));
        return takesInFiles ? Optional.empty() : Optional.of(new UsedText(text).digest());
    }

    private String digest() {
        findKept();
        MessageDigest digest = Digests.sha256();
        kept.stream().mapToObj(text.items()::get).forEach(item -> {
            StringBuilder words = new StringBuilder();
            for (int token = item.from(); token < item.to(); token++) {
                words.append(text.word(token)).append('\n');
            }
            digest.update(words.toString().getBytes(StandardCharsets.ISO_8859_1));
        });
        return Digests.hex(digest);
    }

    private void findKept() {
        Map<Integer, List<Integer>> droppable = new HashMap<>();
        for (int i = 0; i < text.items().size(); i++) {
            int item = i;
            declared(text.items().get(i))
                    .ifPresentOrElse(
                            name -> droppable
                                    .computeIfAbsent(name, added -> new ArrayList<>())
                                    .add(item),
                            () -> keep(item));
        }
        while (!unread.isEmpty()) {
            droppable.getOrDefault(unread.remove(), List.of()).forEach(this::keep);
        }
    }

    private void keep(int number) {
        kept.set(number);
        Item item = text.items().get(number);
        for (int token = item.from(); token < item.to(); token++) {
            int word = text.number(token);
            if (!mentioned.get(word)) {
                mentioned.set(word);
                unread.add(word);
            }
        }
    }

    /** The name of the function that an item declares and does nothing else, so that it counts where the name does. */
    private Optional<Integer> declared(Item item) {
        int name = item.from();
        while (name + 1 < item.to() && (isAttribute(name, item) || !is(name + 1, "("))) {
            if (isAttribute(name, item)) {
                name = text.behindBrackets(name + 1, item.to());
            } else if (isOfSpecifiers(text.word(name))) {
                name++;
            } else {
                return Optional.empty();
            }
        }
        if (name == item.from() || name + 1 >= item.to() || !isFunctionName(name) || isBound(item)) {
            return Optional.empty();
        }
        int behind = text.behindBrackets(name + 1, item.to());
        while (behind < item.to() && isAttribute(behind, item)) {
            behind = text.behindBrackets(behind + 1, item.to());
        }
        boolean prototype =
                behind == item.to() - 1 && is(behind, ";") && !text.word(name).startsWith("__");
        boolean inline = behind < item.to()
                && is(behind, "{")
                && text.behindBrackets(behind, item.to()) == item.to()
                && isStaticInline(item.from(), name);
        return prototype || inline ? Optional.of(text.number(name)) : Optional.empty();
    }

    private boolean is(int token, String word) {
        return text.word(token).equals(word);
    }

    private boolean isAttribute(int token, Item item) {
        return token + 1 < item.to() && (is(token, "__attribute__") || is(token, "__attribute")) && is(token + 1, "(");
    }

    private static boolean isOfSpecifiers(String word) {
        return word.equals("*") || (Character.isJavaIdentifierStart(word.charAt(0)) && !OTHER_KINDS.contains(word));
    }

    private boolean isFunctionName(int token) {
        String word = text.word(token);
        return Character.isJavaIdentifierStart(word.charAt(0))
                && !OF_TYPES.contains(word)
                && !OTHER_KINDS.contains(word)
                && !TAGS.contains(text.word(token - 1))
                && CALLED_UNMENTIONED.stream().noneMatch(word::startsWith);
    }

    private boolean isStaticInline(int from, int to) {
        boolean isStatic = false;
        boolean isInline = false;
        for (int token = from; token < to; token++) {
            isStatic |= is(token, "static");
            isInline |= INLINE.contains(text.word(token));
        }
        return isStatic && isInline;
    }

    private boolean isBound(Item item) {
        for (int token = item.from(); token < item.to(); token++) {
            if (isAttribute(token, item)) {
                int end = text.behindBrackets(token + 1, item.to());
                for (int inside = token + 2; inside < end; inside++) {
                    if (BINDING_ATTRIBUTES.contains(text.word(inside))) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
