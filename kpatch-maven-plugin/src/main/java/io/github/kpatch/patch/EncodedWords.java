package io.github.kpatch.patch;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.codec.DecoderException;
import org.apache.commons.codec.net.BCodec;
import org.apache.commons.codec.net.QCodec;

/**
 * Mail headers are ASCII: git writes the name of an author who has other letters as an encoded word. What cannot be decoded
 * stays as it is.
 *
 * <p>Source: RFC 2047.
 */
final class EncodedWords {
    private static final Pattern WORD = Pattern.compile("=\\?[^?\\s]+\\?([bBqQ])\\?[^?\\s]*\\?=");
    private static final Pattern BETWEEN_WORDS = Pattern.compile("(?<=\\?=)\\s+(?==\\?)");

    private EncodedWords() {}

    /** A header's text with its encoded words decoded. */
    static String decoded(String text) {
        return WORD.matcher(BETWEEN_WORDS.matcher(text).replaceAll(""))
                .replaceAll(word -> Matcher.quoteReplacement(decoded(word.group(), word.group(1))));
    }

    private static String decoded(String word, String encoding) {
        try {
            return encoding.equalsIgnoreCase("b") ? new BCodec().decode(word) : new QCodec().decode(word);
        } catch (DecoderException | IllegalArgumentException undecodable) {
            return word;
        }
    }
}
