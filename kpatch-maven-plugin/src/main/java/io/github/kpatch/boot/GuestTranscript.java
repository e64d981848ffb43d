package io.github.kpatch.boot;

import io.github.kpatch.kernel.KernelObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The guest's report. Every line begins with {@link #PREFIX}; lines of text come before the record they belong to. What
 * is no record (a script may write to any device it likes) is passed over: a report that lost something lacks its end
 * or an answer that the verdict asks for.
 *
 * @param events in order
 */
record GuestTranscript(List<GuestEvent> events) {
    static final String PREFIX = "@kpatch ";

    private static final String TEXT = "| ";

    GuestTranscript {
        events = List.copyOf(events);
    }

    static GuestTranscript parse(List<String> lines) {
        List<GuestEvent> events = new ArrayList<>();
        List<String> text = new ArrayList<>();
        for (String line : lines) {
            if (!line.startsWith(PREFIX)) {
                continue;
            }
            String rest = line.substring(PREFIX.length());
            if (rest.startsWith(TEXT)) {
                text.add(rest.substring(TEXT.length()));
            } else {
                event(rest, List.copyOf(text)).ifPresent(events::add);
                text.clear();
            }
        }
        return new GuestTranscript(events);
    }

    private static Optional<GuestEvent> event(String record, List<String> text) {
        String[] words = record.split(" ", 2);
        String rest = words.length > 1 ? words[1] : "";
        try {
            return Optional.ofNullable(event(words[0], rest, text));
        } catch (IllegalArgumentException noRecord) {
            return Optional.empty();
        }
    }

    private static GuestEvent event(String keyword, String rest, List<String> text) {
        return switch (keyword) {
            case "booted" -> new GuestEvent.Booted(time(rest));
            case "step" -> {
                String[] fields = fields(rest, 2);
                yield new GuestEvent.Step(time(fields[0]), fields[1]);
            }
            case "module" -> {
                String[] fields = fields(rest, 3);
                yield new GuestEvent.ModuleLoad(
                        new KernelObject(fields[2]), fields[1].equals("needed"), Integer.parseInt(fields[0]), text);
            }
            case "script" -> {
                String[] fields = fields(rest, 3);
                yield new GuestEvent.Script(
                        new BootReport.ScriptRun(fields[1], fields[2], Integer.parseInt(fields[0]), text));
            }
            case "load" -> new GuestEvent.Load(Integer.parseInt(rest), text);
            case "task" -> {
                String[] fields = fields(rest, 2);
                yield new GuestEvent.Task(Integer.parseInt(fields[0]), fields[1], text);
            }
            case "transition" -> new GuestEvent.Transition(rest.equals("done"));
            case "object" -> {
                String[] fields = fields(rest, 2);
                yield new GuestEvent.PatchedObject(new KernelObject(fields[1]), fields[0]);
            }
            case "function" -> {
                String[] fields = fields(rest, 2);
                yield new GuestEvent.PatchedFunction(new KernelObject(fields[0]), fields[1]);
            }
            case "disable" -> new GuestEvent.Disable(rest.equals("done"));
            case "unload" -> new GuestEvent.Unload(Integer.parseInt(rest), text);
            case "again" -> {
                String[] fields = fields(rest, 2);
                yield event(fields[1], text)
                        .map(event -> new GuestEvent.Again(fields[0], event))
                        .orElse(null);
            }
            case "kept" -> new GuestEvent.Kept(new KernelObject(rest));
            case "end" -> new GuestEvent.End(time(rest));
            default -> null;
        };
    }

    private static Duration time(String seconds) {
        return Duration.ofMillis(Math.round(Double.parseDouble(seconds) * 1000));
    }

    private static String[] fields(String rest, int count) {
        String[] fields = rest.split(" ", count);
        if (fields.length < count) {
            throw new IllegalArgumentException("too few fields");
        }
        return fields;
    }

    /** All events of one kind, in order. */
    <T extends GuestEvent> Stream<T> all(Class<T> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast);
    }

    /** The one event of a kind that comes at most once. */
    <T extends GuestEvent> Optional<T> the(Class<T> kind) {
        return all(kind).findFirst();
    }

    /**
     * What was done again, as a report of its own.
     *
     * @param when the number of the round, or {@link GuestEvent.Again#LATE}
     */
    GuestTranscript again(String when) {
        return new GuestTranscript(all(GuestEvent.Again.class)
                .filter(again -> again.when().equals(when))
                .map(GuestEvent.Again::event)
                .toList());
    }

    /** The steps with the time that each took. */
    List<BootReport.Step> steps() {
        List<GuestEvent.Step> begun = all(GuestEvent.Step.class).toList();
        List<BootReport.Step> steps = new ArrayList<>();
        for (int i = 0; i < begun.size(); i++) {
            Optional<Duration> next = i + 1 < begun.size()
                    ? Optional.of(begun.get(i + 1).at())
                    : the(GuestEvent.End.class).map(GuestEvent.End::at);
            Duration start = begun.get(i).at();
            steps.add(new BootReport.Step(
                    begun.get(i).title(), next.map(end -> end.minus(start)).orElse(Duration.ZERO)));
        }
        return steps;
    }

    /** The step that was under way when the report ended. */
    String lastStep() {
        return all(GuestEvent.Step.class)
                .reduce((first, second) -> second)
                .map(GuestEvent.Step::title)
                .orElse("the kernel's start");
    }

    /** The patched objects with their functions, in the order of sysfs' names; of each what was said of it last. */
    List<BootReport.PatchedObject> patchedObjects() {
        Map<KernelObject, List<String>> functions = new LinkedHashMap<>();
        all(GuestEvent.PatchedFunction.class)
                .forEach(function -> functions
                        .computeIfAbsent(function.object(), object -> new ArrayList<>())
                        .add(function.function()));
        Map<KernelObject, String> states = new LinkedHashMap<>();
        all(GuestEvent.PatchedObject.class).forEach(object -> states.put(object.object(), object.state()));
        return states.entrySet().stream()
                .map(object -> new BootReport.PatchedObject(
                        object.getKey(),
                        !object.getValue().equals("0"),
                        functions.getOrDefault(object.getKey(), List.of()).stream()
                                .distinct()
                                .toList()))
                .toList();
    }
}
