package io.github.kpatch.patch;

import io.github.kpatch.kernel.CveId;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a patch's author wrote above its first difference: what is changed, who changed it, and which vulnerabilities are
 * mended. Patches come from mail, from {@code git show}, from quilt and from distributions, so each of their ways of saying
 * it is understood.
 *
 * <p>Source: git-am(1) for mail; the Debian proposal DEP-3 for {@code Description} and {@code Author}.
 *
 * @param subject what is changed, one line, without {@code [PATCH]}; empty where nothing stands above the difference
 * @param author who changed it, as the patch says it
 * @param cves the vulnerabilities it names, sorted
 */
public record PatchHeader(Optional<String> subject, Optional<String> author, List<CveId> cves) {
    private static final Pattern FIRST_DIFFERENCE = Pattern.compile("diff .*|--- \\S.*|Index: .*|GIT binary patch.*");
    private static final Pattern TITLE = Pattern.compile("(?i)(?:Subject|Description):.*");
    private static final Pattern PERSON = Pattern.compile("(?i)(?:From|Author):.*");
    private static final Pattern ASIDE = Pattern.compile(
            "(?i)commit [0-9a-f]{7,}.*|From [0-9a-f]{40} .*|(?:From|Author|Date|To|Cc|Message-Id|MIME-Version|Content-[A-Za-z-]+|X-[A-Za-z-]+"
                    + "|AuthorDate|Commit|CommitDate|Origin|Bug[A-Za-z-]*|Forwarded|Applied-Upstream|Reviewed-by|Last-Update|SPDX-License-Identifier):.*"
                    + "|---|#.*");
    private static final Pattern MARK = Pattern.compile("^(?:\\[[^\\]]*\\]\\s*)+");

    public PatchHeader {
        cves = List.copyOf(cves);
    }

    /**
     * Reads what stands above the first difference.
     *
     * @param patch the patch's bytes, one a character (ISO-8859-1)
     */
    static PatchHeader of(String patch) {
        List<String> lines = new ArrayList<>();
        for (String line : decoded(patch).split("\r?\n", -1)) {
            if (FIRST_DIFFERENCE.matcher(line).matches()) {
                break;
            }
            lines.add(line);
        }
        return new PatchHeader(subject(lines), author(lines), List.copyOf(CveId.in(String.join("\n", lines))));
    }

    /** Headers are UTF-8 in our days; what is not was written in one of the encodings of one byte a letter. */
    private static String decoded(String patch) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(patch.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            return patch;
        }
    }

    private static Optional<String> subject(List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            if (TITLE.matcher(lines.get(i)).matches()) {
                return text(MARK.matcher(field(lines, i)).replaceFirst(""));
            }
        }
        return lines.stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !ASIDE.matcher(line).matches())
                .findFirst()
                .flatMap(line -> text(MARK.matcher(line).replaceFirst("")));
    }

    /** Who passes a patch on by mail names its author in the first line of the text. */
    private static Optional<String> author(List<String> lines) {
        Optional<String> sender = Optional.empty();
        int blank = lines.indexOf("");
        for (int i = 0; i < lines.size(); i++) {
            if (!PERSON.matcher(lines.get(i)).matches()) {
                continue;
            }
            boolean firstOfText =
                    blank >= 0 && i > blank && lines.subList(blank, i).stream().allMatch(String::isBlank);
            if (sender.isEmpty() || firstOfText) {
                sender = text(field(lines, i));
            }
        }
        return sender;
    }

    /** What a field holds, the lines included that go on with it. */
    private static String field(List<String> lines, int first) {
        StringBuilder field =
                new StringBuilder(lines.get(first).substring(lines.get(first).indexOf(':') + 1));
        for (int i = first + 1; i < lines.size() && lines.get(i).matches("[ \\t]\\S.*"); i++) {
            field.append(' ').append(lines.get(i).strip());
        }
        return EncodedWords.decoded(field.toString().strip());
    }

    private static Optional<String> text(String text) {
        return Optional.of(text.strip()).filter(line -> !line.isEmpty());
    }
}
