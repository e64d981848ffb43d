package io.github.kpatch.source.rpm;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the {@code %prep} section of a source package's spec does to the archive: which patches it applies, in which
 * order. A spec is a program of rpm and of the shell. It is not run here, since to read a source package must not run what
 * it says; nor is it guessed at. Every line of the section must be a patch, a step known to leave everything alone that
 * objects are made of, or it is refused.
 */
final class SpecFile {
    /** rpm's own default for {@code %patch}. */
    private static final int MACRO_STRIP = 0;

    /** How Fedora's and Red Hat's function {@code ApplyPatch} calls patch. */
    private static final int FUNCTION_STRIP = 1;

    private static final Pattern DEFINITION = Pattern.compile("%(?:define|global)\\s+(\\w+)\\s+(\\S.*)");
    private static final Pattern TAG = Pattern.compile("(?i)(Name|Version|Release)\\s*:\\s*(\\S+)");
    private static final Pattern FILE = Pattern.compile("(?i)(Source|Patch)(\\d*)\\s*:\\s*(\\S+)");
    private static final Pattern MACRO =
            Pattern.compile("%\\{(\\?)?(\\w+)}|%\\{([!?]+\\w+:[^}]*)}|%(?!%|\\{|\\()([A-Za-z_]\\w*)");
    private static final Pattern SECTION = Pattern.compile(
            "%(package|description|prep|build|install|check|clean|pre|post|preun|postun|files|changelog|generate_buildrequires)\\b.*");
    private static final Pattern FUNCTION = Pattern.compile("(\\w+)\\s*\\(\\)\\s*\\{?\\s*");
    private static final Pattern PATCH_MACRO = Pattern.compile("%patch(?:(\\d+)|\\s+-P\\s*(\\d+)|\\s+(\\d+))\\b(.*)");
    private static final Pattern PATCH_FUNCTION = Pattern.compile("Apply(Optional)?Patch\\s+(\\S+)");
    private static final Pattern PATCH_COMMAND = Pattern.compile(
            "patch\\s+-p(\\d+)(?:\\s+(?:-s|-F\\d|--quiet))*\\s*(?:<|-i)\\s*%\\{?(PATCH|SOURCE)(\\d+)}?");
    private static final Pattern STRIP = Pattern.compile("\\s-p\\s*(\\d+)");
    private static final Pattern PLAIN_OPTIONS =
            Pattern.compile("(\\s+(-p\\s*\\d+|-q|-s|-E|-F\\s*\\d+|-b\\s+\\S+))*\\s*");
    private static final Pattern SETUP = Pattern.compile("%setup((\\s+(-q|-c|-n\\s+\\S+))*)\\s*");
    private static final Pattern AUTOSETUP =
            Pattern.compile("%autosetup((\\s+(-q|-v|-c|-N|-p\\s*\\d+|-n\\s+\\S+|-S\\s*\\w+))*)\\s*");
    private static final Pattern AUTOPATCH = Pattern.compile("%autopatch((\\s+(-q|-v|-p\\s*\\d+))*)\\s*");
    private static final Pattern CHANGE_FOLDER = Pattern.compile("(?:cd|pushd)\\s+(\\S+)");
    private static final String CONFIGS = "configs";

    /** Renames the tree or its licence, sets version texts and modes, changes how scripts name their interpreter, tidies up. */
    private static final Pattern HARMLESS = Pattern.compile(
            "mv\\s+linux-\\S+\\s+linux-\\S+"
                    + "|mv\\s+COPYING\\S*\\s+COPYING\\S*"
                    + "|mkdir\\s+(-p\\s+)?configs"
                    + "|touch\\s+\\.scmversion"
                    + "|chmod\\s+\\+x\\s+(scripts|tools)/\\S+"
                    + "|(pathfix\\.py|%py3_shebang_fix)\\s.*"
                    + "|find\\s+\\.\\s[-\\\\()\\w\\s\"'*.~]*-exec\\s+rm\\s+-f\\s+\\{}\\s+\\\\?[;+]\\s*(>\\s*/dev/null)?"
                    + "|patch_command=['\"](?!.*-p[02-9])(patch|git)\\s.*|set\\s+[-+]x|popd|echo\\s[^>|;&`$]*|%\\{log_msg.*|exit\\s+0");

    /**
     * Azure Linux configures its tree while it prepares it: what is done to configs and to certificates for the kernel's
     * keyring, of which no object is made that a live patch could change.
     */
    private static final Pattern CONFIGURES = Pattern.compile("make\\s+mrproper"
            + "|make\\s+([A-Z_]+=\\S*\\s+)*(old|olddef)config"
            + "|cp\\s+%\\{\\w+}\\s+(\\.config|certs/[\\w.-]+\\.pem)"
            + "|cp\\s+\\.config\\s+\\w+_config"
            + "|sed\\s+-i\\s+'s([#/])[^';&|]*\\4'\\s+(\\.config|\\w+_config)"
            + "|diff\\s+--unified\\s+\\w+_config\\s+\\w+_config\\s+>\\s*config_diff\\s+\\|\\|\\s+true"
            + "|if\\s+\\[\\s+-s\\s+config_diff\\s+];\\s*then|fi|cat\\s+config_diff|printf\\s+[\"'\\\\n]+|exit\\s+1");

    /** More than one command in a line, or one inside another. */
    private static final Pattern SEVERAL = Pattern.compile("[;&|`]|\\$\\(|>(?!\\s*/dev/null)");

    private static final Pattern TIDIED = Pattern.compile("-name\\s+(\\S+)");
    private static final List<String> UNUSED_FILES = List.of("*.orig", "*.rej", "*~", ".gitignore");

    /**
     * One patch of the series.
     *
     * @param file its name in the package
     * @param strip how many folders are taken off the names in it
     * @param optional whether it counts only with more than nine lines, which is how an empty one is told
     */
    record PatchStep(String file, int strip, boolean optional) {}

    private final String where;
    private final Map<String, String> macros = new HashMap<>();
    private final Map<String, String> sources = new TreeMap<>();
    private final Map<Integer, String> patches = new TreeMap<>();
    private final List<PatchStep> steps = new ArrayList<>();

    /** For each condition around a line whether it holds; empty where that is not known. */
    private final Deque<Optional<Boolean>> conditions = new ArrayDeque<>();

    private boolean inConfigs;

    private SpecFile(String where) {
        this.where = where;
    }

    /**
     * The patches that a spec applies, in its order.
     *
     * @param where what to call the spec in messages
     * @throws ProblemException KP262 for what is not a plain patch
     */
    static List<PatchStep> patches(String where, String text) {
        SpecFile spec = new SpecFile(where);
        String section = "";
        boolean inFunction = false;
        for (String line : joined(text)) {
            Matcher start = SECTION.matcher(line);
            if (start.matches()) {
                section = start.group(1);
            } else if (line.startsWith("%if") || line.startsWith("%el") || line.startsWith("%endif")) {
                spec.condition(line);
            } else if (section.isEmpty()) {
                spec.preamble(line);
            } else if (section.equals("prep")) {
                boolean begins = FUNCTION.matcher(line).matches();
                if (!begins && !inFunction) {
                    spec.prepare(line);
                }
                inFunction = (inFunction || begins) && !line.equals("}");
            }
        }
        return List.copyOf(spec.steps);
    }

    private static List<String> joined(String text) {
        return List.of(text.replace("\\\r\n", " ").replace("\\\n", " ").split("\n")).stream()
                .map(String::strip)
                .toList();
    }

    private void condition(String line) {
        if (line.startsWith("%endif")) {
            conditions.poll();
        } else if (line.startsWith("%else")) {
            Optional<Boolean> holds = conditions.isEmpty() ? Optional.empty() : conditions.pop();
            conditions.push(holds.map(value -> !value));
        } else if (line.startsWith("%elif")) {
            conditions.poll();
            conditions.push(Optional.empty());
        } else {
            conditions.push(value(line));
        }
    }

    /** Whether a condition holds, for those that are a number or the negation of one once macros are put in. */
    private Optional<Boolean> value(String line) {
        if (!line.startsWith("%if ")) {
            return Optional.empty();
        }
        String text =
                expanded(line.substring("%if ".length())).map(String::strip).orElse("");
        boolean not = text.startsWith("!");
        String number = not ? text.substring(1).strip() : text;
        return number.matches("\\d+") ? Optional.of(number.matches("0+") == not) : Optional.empty();
    }

    private boolean isOff() {
        return conditions.stream().anyMatch(holds -> holds.equals(Optional.of(false)));
    }

    private boolean isUndecided() {
        return conditions.stream().anyMatch(Optional::isEmpty);
    }

    private void preamble(String line) {
        if (isOff()) {
            return;
        }
        Matcher definition = DEFINITION.matcher(line);
        Matcher tag = TAG.matcher(line);
        Matcher file = FILE.matcher(line);
        if (definition.matches()) {
            define(definition.group(1), definition.group(2));
        } else if (tag.matches()) {
            define(tag.group(1).toLowerCase(Locale.ROOT), tag.group(2));
        } else if (file.matches()) {
            expanded(file.group(3)).ifPresent(name -> note(file, name.substring(name.lastIndexOf('/') + 1)));
        }
    }

    /** A name that is defined twice, or under a condition that cannot be decided, has no value that could be relied on. */
    private void define(String name, String value) {
        Optional<String> expanded = isUndecided() ? Optional.empty() : expanded(value);
        if (expanded.isPresent()) {
            macros.put(name, expanded.get());
        } else {
            macros.remove(name);
        }
    }

    private void note(Matcher file, String name) {
        String number = file.group(2);
        if (file.group(1).equalsIgnoreCase("patch")) {
            int next =
                    patches.keySet().stream().mapToInt(last -> last + 1).max().orElse(0);
            int index = number.isEmpty() ? next : Integer.parseInt(number);
            if (patches.containsKey(index) || isUndecided()) {
                // Which patches there are must be known where all of them are applied.
                patches.put(index, "");
            } else {
                patches.put(index, name);
            }
        } else {
            sources.put(number.isEmpty() ? "0" : number, name);
        }
    }

    private Optional<String> expanded(String text) {
        String result = text;
        for (int depth = 0; depth < 8 && result.indexOf('%') >= 0; depth++) {
            StringBuilder out = new StringBuilder();
            Matcher macro = MACRO.matcher(result);
            while (macro.find()) {
                String name = macro.group(2) == null ? macro.group(4) : macro.group(2);
                if (name == null) {
                    return Optional.empty();
                }
                String value = macros.get(name);
                if (value == null) {
                    return Optional.empty();
                }
                macro.appendReplacement(out, Matcher.quoteReplacement(value));
            }
            macro.appendTail(out);
            result = out.toString();
        }
        return result.indexOf('%') >= 0 ? Optional.empty() : Optional.of(result);
    }

    private void prepare(String line) {
        if (line.isEmpty() || line.startsWith("#") || isOff()) {
            return;
        }
        Matcher folder = CHANGE_FOLDER.matcher(line);
        if (folder.matches()) {
            inConfigs = folder.group(1).equals(CONFIGS);
            return;
        }
        // The configs of the package are not read: the kernel's own is.
        if (inConfigs && !line.contains("../") && !line.contains("patch")) {
            return;
        }
        if (isHarmless(line)) {
            return;
        }
        if (isUndecided()) {
            throw unknown(
                    line, "stands under a condition whose value depends on the machine that the package was built on");
        }
        step(line);
    }

    private static boolean isHarmless(String line) {
        if (CONFIGURES.matcher(line).matches()) {
            return true;
        }
        boolean several = SEVERAL.matcher(line.replaceFirst("\\\\;", "")).find();
        if (several || !HARMLESS.matcher(line).matches()) {
            return false;
        }
        Matcher tidied = TIDIED.matcher(line);
        while (line.startsWith("find") && tidied.find()) {
            if (!UNUSED_FILES.contains(tidied.group(1).replaceAll("[\"']", ""))) {
                return false;
            }
        }
        return !line.startsWith("find") || line.contains("-name");
    }

    private void step(String line) {
        Matcher macro = PATCH_MACRO.matcher(line);
        Matcher function = PATCH_FUNCTION.matcher(line);
        Matcher command = PATCH_COMMAND.matcher(line);
        Matcher autosetup = AUTOSETUP.matcher(line);
        Matcher autopatch = AUTOPATCH.matcher(line);
        if (SETUP.matcher(line).matches()) {
            return;
        }
        if (autosetup.matches()) {
            if (!autosetup.group(1).contains("-N")) {
                all(line, autosetup.group(1));
            }
        } else if (autopatch.matches()) {
            all(line, autopatch.group(1));
        } else if (macro.matches() && PLAIN_OPTIONS.matcher(macro.group(4)).matches()) {
            String number = Optional.ofNullable(macro.group(1))
                    .or(() -> Optional.ofNullable(macro.group(2)))
                    .orElse(macro.group(3));
            steps.add(new PatchStep(patch(line, Integer.parseInt(number)), strip(macro.group(4)), false));
        } else if (function.matches()) {
            String file = expanded(function.group(2))
                    .orElseThrow(() -> unknown(line, "names a file by a macro that is not known"));
            steps.add(new PatchStep(file, FUNCTION_STRIP, function.group(1) != null));
        } else if (command.matches()) {
            String file = command.group(2).equals("PATCH")
                    ? patch(line, Integer.parseInt(command.group(3)))
                    : source(line, command.group(3));
            steps.add(new PatchStep(file, Integer.parseInt(command.group(1)), false));
        } else {
            throw unknown(line, "is more than a patch");
        }
    }

    private void all(String line, String options) {
        for (int number : patches.keySet()) {
            steps.add(new PatchStep(patch(line, number), strip(options), false));
        }
    }

    private static int strip(String options) {
        Matcher strip = STRIP.matcher(options);
        return strip.find() ? Integer.parseInt(strip.group(1)) : MACRO_STRIP;
    }

    private String patch(String line, int number) {
        return Optional.ofNullable(patches.get(number))
                .filter(name -> !name.isEmpty())
                .orElseThrow(
                        () -> unknown(line, "applies patch " + number + ", whose file the spec does not plainly name"));
    }

    private String source(String line, String number) {
        return Optional.ofNullable(sources.get(number))
                .orElseThrow(() ->
                        unknown(line, "applies source " + number + ", whose file the spec does not plainly name"));
    }

    private ProblemException unknown(String line, String what) {
        return ProblemException.input(Problem.of(
                ProblemCode.SOURCE_RECIPE_UNKNOWN,
                where,
                "Its %prep has the line '" + line + "', which " + what + "."));
    }
}
