package io.github.kpatch.patch;

import io.github.kpatch.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads unified diffs, from {@code diff -u} or git, strictly. GNU patch guesses: it picks one of several file names,
 * skips what it takes for garbage, and runs ed scripts. A live patch that lacks a hunk because of such a guess is a wrong
 * module, so here a change is understood or refused, and GNU patch is later given nothing but what was understood.
 *
 * <p>Text before the first change (a mail header, a commit message), between changes, and after them (the mail
 * signature {@code "-- "}) is skipped; text that looks like a lost part of a change is refused. The format is that of
 * POSIX {@code diff -u} and of "Generating patch text with -p" in git's manual.
 */
final class UnifiedDiffParser {
    private static final Pattern HUNK_HEADER =
            Pattern.compile("@@ -(\\d{1,9})(?:,(\\d{1,9}))? \\+(\\d{1,9})(?:,(\\d{1,9}))? @@.*", Pattern.DOTALL);
    private static final Pattern NO_FILE = Pattern.compile("(new|deleted) file mode 1[26]0000");
    private static final Pattern BINARY = Pattern.compile("Binary files (.+) and (.+) differ");

    private final DiffLines lines;
    private final HeaderNames names;
    private final List<FileChange> changes = new ArrayList<>();
    private int next;

    private UnifiedDiffParser(DiffLines lines) {
        this.lines = lines;
        this.names = new HeaderNames(lines);
    }

    /**
     * Parses {@code patch}.
     *
     * @throws ProblemException KP302, with the line, when it is not a unified diff or damaged
     */
    static PatchFile parse(SeriesPatch patch) {
        DiffLines lines = DiffLines.of(patch);
        return new PatchFile(patch.name(), new UnifiedDiffParser(lines).changes(), lines.windowsLineEnds());
    }

    private List<FileChange> changes() {
        while (next < lines.size()) {
            String line = lines.at(next);
            if (line.startsWith("diff --git ")) {
                changes.add(gitChange());
            } else if (line.startsWith("--- ") && lines.at(next + 1).startsWith("+++ ")) {
                changes.add(plainChange());
            } else {
                skip(line);
            }
        }
        if (changes.isEmpty()) {
            throw lines.malformed(0, "It holds no unified diff.");
        }
        return changes;
    }

    /** Passes over a line between changes, unless it shows that a change was lost or has another format. */
    private void skip(String line) {
        if (line.startsWith("@@ -")) {
            throw lines.malformed(next, "This hunk has no file header (--- and +++) before it.");
        }
        if (line.startsWith("diff --cc ") || line.startsWith("diff --combined ") || line.startsWith("@@@ ")) {
            throw lines.malformed(next, "This is the combined diff of a merge.");
        }
        if (line.startsWith("*** ") && lines.at(next + 1).startsWith("--- ")) {
            throw lines.malformed(next, "This is a context diff.");
        }
        if (line.startsWith("+++ ")) {
            throw lines.malformed(next, "This file header lacks its \"--- \" line.");
        }
        Matcher binary = BINARY.matcher(line);
        if (binary.matches()) {
            String file = binary.group(binary.group(2).equals(HeaderNames.NULL_DEVICE) ? 1 : 2);
            changes.add(new FileChange(
                    next + 1, FileChange.Kind.BINARY, names.stripped(next, file), Optional.empty(), List.of()));
        }
        next++;
    }

    private FileChange plainChange() {
        int start = next;
        String original = names.inFileHeader(next);
        String patched = names.inFileHeader(next + 1);
        next += 2;
        List<Hunk> hunks = hunks();
        if (hunks.isEmpty()) {
            throw lines.malformed(next, "A hunk should follow the file header.");
        }
        Hunk first = hunks.get(0);
        if (original.equals(HeaderNames.NULL_DEVICE) || first.originalStart() == 0) {
            return change(start, FileChange.Kind.ADDED, patched, hunks);
        }
        if (patched.equals(HeaderNames.NULL_DEVICE) || first.patchedStart() == 0) {
            return change(start, FileChange.Kind.DELETED, original, hunks);
        }
        String path = names.stripped(start + 1, patched);
        if (!namesSameFile(names.stripped(start, original), path)) {
            throw lines.malformed(start, "The two lines of the file header name different files.");
        }
        return modified(start, path, hunks);
    }

    private FileChange change(int start, FileChange.Kind kind, String headerName, List<Hunk> hunks) {
        return new FileChange(start + 1, kind, names.stripped(start, headerName), Optional.empty(), hunks);
    }

    /** Refuses what GNU patch would put in place by line number alone. */
    private FileChange modified(int start, String path, List<Hunk> hunks) {
        for (Hunk hunk : hunks) {
            if (hunk.original().isEmpty()) {
                throw lines.malformed(
                        hunk.line() - 1, "The hunk has no context by which its place could be checked (diff -U0).");
            }
        }
        return new FileChange(start + 1, FileChange.Kind.MODIFIED, path, Optional.empty(), hunks);
    }

    /** Hand-made diffs compare a file with its backup. */
    private static boolean namesSameFile(String original, String patched) {
        return original.equals(patched)
                || original.equals(patched + ".orig")
                || original.equals(patched + ".old")
                || original.equals(patched + "~");
    }

    private FileChange gitChange() {
        int start = next;
        GitHeader header = gitHeader();
        String content = lines.at(next);
        List<Hunk> hunks = List.of();
        boolean binary =
                content.equals("GIT binary patch") || BINARY.matcher(content).matches();
        String path = header.path();
        if (binary) {
            next++;
        } else if (content.startsWith("--- ")) {
            int contentStart = next;
            if (!lines.at(next + 1).startsWith("+++ ")) {
                throw lines.malformed(next, "A \"+++ \" line should follow.");
            }
            FileChange plain = plainChange(header);
            hunks = plain.hunks();
            if (path != null && !path.equals(plain.path())) {
                throw lines.malformed(contentStart, "The file header and the git header name different files.");
            }
            path = plain.path();
        }
        if (path == null) {
            throw lines.malformed(start, "The two names of this line do not fit together.");
        }
        FileChange.Kind kind = header.kind();
        if (binary || header.link()) {
            kind = FileChange.Kind.BINARY;
        } else if (kind == FileChange.Kind.MODIFIED && hunks.isEmpty()) {
            if (header.modeChanged()) {
                kind = FileChange.Kind.MODE_CHANGED;
            } else {
                throw lines.malformed(start, "No change follows this header.");
            }
        }
        return new FileChange(start + 1, kind, path, Optional.ofNullable(header.from()), hunks);
    }

    /** The part of a git change that a plain diff has too, told apart by what the git header said. */
    private FileChange plainChange(GitHeader header) {
        int start = next;
        if (header.kind() == FileChange.Kind.RENAMED || header.kind() == FileChange.Kind.COPIED) {
            String patched = names.inFileHeader(next + 1);
            next += 2;
            List<Hunk> hunks = hunks();
            if (hunks.isEmpty()) {
                throw lines.malformed(next, "A hunk should follow the file header.");
            }
            return change(start, header.kind(), patched, hunks);
        }
        FileChange plain = plainChange();
        if (plain.kind() == header.kind()) {
            return plain;
        }
        boolean emptied = header.kind() == FileChange.Kind.MODIFIED
                && !lines.at(start).equals("--- " + HeaderNames.NULL_DEVICE)
                && !lines.at(start + 1).equals("+++ " + HeaderNames.NULL_DEVICE);
        if (!emptied) {
            throw lines.malformed(start, "The file header contradicts the git header.");
        }
        // A file that loses all of its lines looks deleted to diff; git knows better.
        return modified(start, plain.path(), plain.hunks());
    }

    /**
     * What stands between {@code diff --git} and the content.
     *
     * @param path the file, stripped; null where the first line is ambiguous and nothing else names it
     * @param from old name of a renamed, source of a copied file; else null
     * @param link whether what is added or gone is a symbolic link or a repository of its own, and no file
     */
    private record GitHeader(FileChange.Kind kind, String path, String from, boolean modeChanged, boolean link) {}

    private GitHeader gitHeader() {
        String path = names.inGitLine(next, lines.at(next).substring("diff --git ".length()));
        next++;
        FileChange.Kind kind = FileChange.Kind.MODIFIED;
        String from = null;
        boolean modeChanged = false;
        boolean link = false;
        for (; next < lines.size(); next++) {
            String line = lines.at(next);
            link |= NO_FILE.matcher(line).matches();
            if (line.startsWith("new file mode ")) {
                kind = FileChange.Kind.ADDED;
            } else if (line.startsWith("deleted file mode ")) {
                kind = FileChange.Kind.DELETED;
            } else if (line.startsWith("rename from ") || line.startsWith("copy from ")) {
                from = names.unquoted(next, line.substring(line.indexOf(" from ") + 6));
            } else if (line.startsWith("rename to ") || line.startsWith("copy to ")) {
                kind = line.startsWith("rename") ? FileChange.Kind.RENAMED : FileChange.Kind.COPIED;
                path = names.unquoted(next, line.substring(line.indexOf(" to ") + 4));
            } else if (line.startsWith("old mode ") || line.startsWith("new mode ")) {
                modeChanged = true;
            } else if (!line.startsWith("index ")
                    && !line.startsWith("similarity index ")
                    && !line.startsWith("dissimilarity index ")) {
                break;
            }
        }
        boolean moved = kind == FileChange.Kind.RENAMED || kind == FileChange.Kind.COPIED;
        if (moved != (from != null)) {
            throw lines.malformed(next - 1, "A git header needs both \"from\" and \"to\".");
        }
        return new GitHeader(kind, path, from, modeChanged, link);
    }

    private List<Hunk> hunks() {
        List<Hunk> hunks = new ArrayList<>();
        int originalEnd = 0;
        while (lines.at(next).startsWith("@@ -")) {
            Hunk hunk = hunk(hunks.size() + 1);
            if (hunk.originalStart() < originalEnd) {
                throw lines.malformed(hunk.line() - 1, "The hunk begins before the end of the one before it.");
            }
            originalEnd = hunk.originalStart() + hunk.original().size();
            hunks.add(hunk);
        }
        refuseLeftOver(hunks);
        return hunks;
    }

    private Hunk hunk(int number) {
        int headerIndex = next;
        Matcher header = HUNK_HEADER.matcher(lines.at(next));
        if (!header.matches()) {
            throw lines.malformed(next, "This hunk header is not of the form \"@@ -1,2 +3,4 @@\".");
        }
        int originalStart = Integer.parseInt(header.group(1));
        int patchedStart = Integer.parseInt(header.group(3));
        int originalLeft = count(header.group(2));
        int patchedLeft = count(header.group(4));
        if ((originalStart == 0 && originalLeft > 0) || (patchedStart == 0 && patchedLeft > 0)) {
            throw lines.malformed(next, "Line numbers begin with 1.");
        }
        next++;
        List<HunkLine> content = new ArrayList<>();
        while (originalLeft > 0 || patchedLeft > 0) {
            HunkLine line = hunkLine(headerIndex);
            originalLeft -= line.original() ? 1 : 0;
            patchedLeft -= line.patched() ? 1 : 0;
            if (originalLeft < 0 || patchedLeft < 0) {
                throw lines.malformed(next, "The hunk has other lines than the counts in its header say.");
            }
            next++;
            if (lines.at(next).startsWith("\\ ")) {
                line = new HunkLine(line.kind(), line.text(), false);
                if ((line.original() && originalLeft > 0) || (line.patched() && patchedLeft > 0)) {
                    throw lines.malformed(next, "Lines follow one that is marked as the last of its file.");
                }
                next++;
            }
            content.add(line);
        }
        return new Hunk(number, headerIndex + 1, originalStart, patchedStart, content);
    }

    private static int count(String group) {
        return group == null ? 1 : Integer.parseInt(group);
    }

    private HunkLine hunkLine(int headerIndex) {
        if (next >= lines.size()) {
            throw lines.malformed(headerIndex, "The patch ends inside this hunk.");
        }
        String line = lines.at(next);
        if (line.isEmpty()) {
            // Mailers and editors strip the blank that marks an empty context line; git and GNU patch know that too.
            return new HunkLine(HunkLine.Kind.CONTEXT, "", true);
        }
        for (HunkLine.Kind kind : HunkLine.Kind.values()) {
            if (line.charAt(0) == kind.marker()) {
                return new HunkLine(kind, line.substring(1), true);
            }
        }
        throw lines.malformed(next, "A line of a hunk begins with none of blank, + and -.");
    }

    /** A hunk edited by hand often has more lines than its header says; what is left over must not get lost. */
    private void refuseLeftOver(List<Hunk> hunks) {
        String line = lines.at(next);
        boolean header = line.startsWith("--- ") && lines.at(next + 1).startsWith("+++ ");
        boolean signature = line.equals("-- ") || line.equals("--");
        boolean leftOver =
                line.startsWith("+") || line.startsWith("-") || line.startsWith(" ") || line.startsWith("\\");
        if (!hunks.isEmpty() && leftOver && !header && !signature) {
            throw lines.malformed(next, "The hunk before has more lines than the counts in its header say.");
        }
    }
}
