package io.dms.cli.catalog;

import io.dms.model.UserException;
import io.dms.schedule.catalog.Kind;
import io.dms.schedule.catalog.Task;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a task needs to be measured: its classes among those of the data set, its contexts, and what variants to make.
 *
 * @param task as the catalog names it
 * @param classes names of its classes
 * @param label class of this task for each class of the data set, -1 for none; not copied
 * @param own true where the classes are not those of the data set
 * @param contexts classes of each context of the task, as numbers
 * @param variants what to make
 */
@SuppressWarnings("ArrayRecordComponent")
record TaskPlan(
        Task task, List<String> classes, int[] label, boolean own, List<int[]> contexts, List<Wanted> variants) {
    private static final Pattern TIME = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(us|ms|s)");

    /**
     * Variants of one kind to make.
     *
     * @param id given, or null
     * @param model a file, or null for the bundled model
     * @param widths levels wanted, or none for all of the file's
     * @param ranks shares of rank of a low-rank network
     * @param raw the rest, as it stands
     */
    public record Wanted(
            @Nullable String id,
            Kind kind,
            @Nullable Path model,
            List<Double> widths,
            List<Double> ranks,
            TasksFile.RawVariant raw) {
        /** What the model is called in ids. */
        public String stem() {
            return model == null
                    ? "resnet20-cifar10"
                    : String.valueOf(model.getFileName())
                            .replaceFirst("(\\.dms)?\\.onnx$", "")
                            .replace('_', '-');
        }
    }

    /**
     * The plans of a file.
     *
     * @param data names of the data set's classes
     * @throws UserException if something in it can't be: one line that says where
     */
    public static List<TaskPlan> of(TasksFile.Raw raw, Path file, List<String> data) {
        List<TasksFile.RawTask> tasks = raw.tasks();
        if (tasks == null || tasks.isEmpty()) {
            throw new UserException(file + ": tasks must list at least one task");
        }
        Path parent = file.toAbsolutePath().getParent();
        Path folder = parent == null ? Path.of("") : parent;
        List<TaskPlan> out = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < tasks.size(); i++) {
            TasksFile.RawTask t = tasks.get(i);
            String where = file + ": task " + (i + 1);
            if (t == null || t.id() == null || t.id().isBlank()) {
                throw new UserException(where + " has no id");
            }
            if (!ids.add(t.id())) {
                throw new UserException(where + " has the id of another, " + t.id());
            }
            out.add(task(t, where + " (" + t.id() + ")", folder, data));
        }
        return out;
    }

    private static TaskPlan task(TasksFile.RawTask t, String where, Path folder, List<String> data) {
        int[] label = new int[data.size()];
        List<String> classes = new ArrayList<>(data);
        Map<String, List<String>> labels = t.labels();
        if (labels == null) {
            Arrays.setAll(label, c -> c);
        } else {
            if (labels.size() < 2) {
                throw new UserException(where + ": labels must name at least two classes");
            }
            Arrays.fill(label, -1);
            classes.clear();
            labels.forEach((name, members) -> {
                if (members == null || members.isEmpty()) {
                    throw new UserException(where + ": label " + name + " has no classes of the data set");
                }
                members.forEach(m -> {
                    int c = index(data, m, where);
                    if (label[c] >= 0) {
                        throw new UserException(where + ": class " + m + " stands under two labels");
                    }
                    label[c] = classes.size();
                });
                classes.add(name);
            });
        }
        List<Task.Context> contexts = new ArrayList<>();
        List<int[]> members = new ArrayList<>();
        for (TasksFile.RawContext c : t.contexts() == null ? List.<TasksFile.RawContext>of() : t.contexts()) {
            if (c == null
                    || c.name() == null
                    || c.classes() == null
                    || c.classes().isEmpty()
                    || c.share() == null) {
                throw new UserException(where + ": a context needs a name, classes and a share");
            }
            int[] own = c.classes().stream()
                    .mapToInt(x -> index(classes, x, where + ", context " + c.name()))
                    .distinct()
                    .sorted()
                    .toArray();
            if (own.length >= classes.size()) {
                throw new UserException(
                        where + ", context " + c.name() + ": it names all classes; leave at least one out");
            }
            members.add(own);
            contexts.add(new Task.Context(c.name(), own.length, c.share(), List.copyOf(c.classes())));
        }
        List<TasksFile.RawVariant> raw = t.variants();
        if (raw == null || raw.isEmpty()) {
            throw new UserException(where + ": variants must list at least one");
        }
        List<Wanted> wanted = new ArrayList<>();
        for (int i = 0; i < raw.size(); i++) {
            wanted.add(wanted(raw.get(i), where + ", variant " + (i + 1), folder, labels != null, !contexts.isEmpty()));
        }
        Task task = new Task(
                t.id() == null ? "" : t.id(),
                t.description(),
                t.input() == null ? String.valueOf(t.id()) : t.input(),
                t.deadline() == null ? null : seconds(t.deadline(), where + ": deadline"),
                contexts);
        return new TaskPlan(task, List.copyOf(classes), label, labels != null, members, wanted);
    }

    private static Wanted wanted(
            TasksFile.@Nullable RawVariant v, String where, Path folder, boolean own, boolean contexts) {
        if (v == null || v.kind() == null) {
            throw new UserException(where + " has no kind: level, network, low-rank, specialised, shared or remote");
        }
        Kind kind;
        try {
            kind = Kind.of(v.kind());
        } catch (UserException e) {
            throw new UserException(where + ": " + e.getMessage(), e);
        }
        boolean head = kind == Kind.SPECIALISED || kind == Kind.SHARED;
        if (own && !head && kind != Kind.REMOTE) {
            throw new UserException(where + ": a " + kind.word()
                    + " answers with the data set's classes, but the task has" + " labels of its own; use kind shared");
        }
        if (kind == Kind.SPECIALISED && (own || !contexts)) {
            throw new UserException(where + ": a specialised variant needs contexts, and the data set's classes");
        }
        boolean cut = v.cut() != null;
        if (kind == Kind.REMOTE && (v.url() == null || v.time() == null || (v.accuracy() == null && !cut))) {
            throw new UserException(
                    where + ": a remote variant needs url, accuracy and time, as its server tells them");
        }
        if (kind == Kind.REMOTE && own && cut) {
            throw new UserException(where + ": a cut variant answers with the data set's classes, but the task has"
                    + " labels of its own");
        }
        if (kind != Kind.REMOTE && (cut || v.served() != null || v.wire() != null)) {
            throw new UserException(where + ": served, cut and wire belong to kind remote");
        }
        if (v.wire() != null) {
            if (!cut) {
                throw new UserException(
                        where + ": wire belongs to a variant that is cut: name the tensor, as in cut: X");
            }
            RemoteSpec.wire(v.wire(), where);
        }
        boolean ranked = v.ranks() != null && !v.ranks().isEmpty();
        if ((kind == Kind.LOW_RANK) != ranked) {
            throw new UserException(where + ": ranks belong to kind low-rank, which needs them, as in [0.5, 0.25]");
        }
        String model = v.model();
        if (model == null && (kind == Kind.NETWORK || kind == Kind.LOW_RANK)) {
            throw new UserException(where + ": a " + kind.word() + " needs a model, an ONNX file");
        }
        Path path = model == null || model.equals("bundled") ? null : folder.resolve(model);
        if (path != null && !Files.isRegularFile(path)) {
            throw new UserException(where + ": there is no file " + path);
        }
        for (Double w : v.widths() == null ? List.<Double>of() : v.widths()) {
            if (w == null || !(w > 0 && w <= 1)) {
                throw new UserException(where + ": a width must be above 0 and at most 1: " + w);
            }
        }
        return new Wanted(
                v.id(),
                kind,
                path,
                v.widths() == null ? List.of() : List.copyOf(v.widths()),
                ranked && v.ranks() != null ? List.copyOf(v.ranks()) : List.of(),
                v);
    }

    /** A time as in {@code 50ms}. */
    static double seconds(String text, String where) {
        Matcher m = TIME.matcher(text.strip());
        if (!m.matches()) {
            throw new UserException(where + " is not a time: write 200ms or 3s, not " + text);
        }
        double unit = m.group(2).equals("us") ? 1e-6 : m.group(2).equals("ms") ? 1e-3 : 1;
        return Double.parseDouble(m.group(1)) * unit;
    }

    private static int index(List<String> classes, String name, String where) {
        int i = classes.indexOf(name);
        if (i < 0) {
            throw new UserException(
                    where + ": there is no class " + name + "; there are " + String.join(", ", classes));
        }
        return i;
    }
}
