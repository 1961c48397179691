package io.dms.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Front;
import io.dms.schedule.catalog.Kind;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Task;
import io.dms.schedule.catalog.Variant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the charts of a catalog draw: for each task, and each of its contexts, accuracy against time and memory. */
final class CatalogCharts {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final List<Kind> KINDS = List.of(Kind.values());

    /**
     * One chart.
     *
     * @param id of its canvas
     * @param title for people
     * @param spoken the same in words
     */
    record Chart(String id, Task task, @Nullable String context, Front.Axis axis, String title, String spoken) {}

    private CatalogCharts() {}

    /** All charts of a task: time, memory, and energy where it was measured; then the same in each context. */
    static List<Chart> of(Catalog c, Task task) {
        List<Chart> out = new ArrayList<>();
        List<@Nullable String> contexts = new ArrayList<>();
        contexts.add(null);
        task.contexts().forEach(x -> contexts.add(x.name()));
        for (String context : contexts) {
            for (Front.Axis axis : List.of(Front.Axis.RUN_SECONDS, Front.Axis.MEMORY, Front.Axis.RUN_JOULES)) {
                List<Variant> front = front(c, task, context, axis);
                if (front.isEmpty() || (axis == Front.Axis.RUN_JOULES && !c.hasJoules())) {
                    continue;
                }
                StringBuilder spoken = new StringBuilder();
                front.forEach(v -> spoken.append(v.id())
                        .append(' ')
                        .append(value(axis, axis.of(c, v)))
                        .append(", ")
                        .append(Figures.percent(v.accuracy().in(context)))
                        .append("; "));
                String id = "chart" + c.tasks().indexOf(task) + "-" + contexts.indexOf(context) + "-"
                        + axis.word().replace(' ', '-');
                String where = context == null ? "overall" : "in context " + context;
                out.add(new Chart(
                        id, task, context, axis, "Accuracy " + where + " against " + name(axis), spoken.toString()));
            }
        }
        return out;
    }

    /** For memory on the device alone: what runs elsewhere takes none. */
    private static List<Variant> front(Catalog c, Task task, @Nullable String context, Front.Axis axis) {
        return Front.of(c, task.id(), axis == Front.Axis.MEMORY ? Place.DEVICE : null, context, axis);
    }

    private static String name(Front.Axis axis) {
        return axis == Front.Axis.MEMORY ? "memory" : axis == Front.Axis.RUN_JOULES ? "energy" : "time of a run";
    }

    private static String value(Front.Axis axis, double v) {
        return axis == Front.Axis.MEMORY
                ? Figures.bytes((long) v)
                : axis == Front.Axis.RUN_JOULES ? Figures.digits(v) + " J" : Figures.millis(1000 * v) + " ms";
    }

    /** All charts as one JSON array. */
    static String data(Catalog c, List<Chart> charts) {
        ArrayNode root = MAPPER.createArrayNode();
        for (Chart chart : charts) {
            ObjectNode node = root.addObject();
            node.put("id", chart.id());
            node.put(
                    "axis",
                    chart.axis() == Front.Axis.MEMORY
                            ? "Memory in MiB, what is shared included"
                            : chart.axis() == Front.Axis.RUN_JOULES
                                    ? "Energy of a run in mJ"
                                    : "Time of a run in ms, what is shared included");
            double unit = chart.axis() == Front.Axis.MEMORY ? 1.0 / (1 << 20) : 1000;
            ArrayNode series = node.putArray("series");
            for (Kind kind : Kind.values()) {
                ObjectNode one = MAPPER.createObjectNode();
                one.put("label", kind.word());
                one.put("kind", KINDS.indexOf(kind));
                ArrayNode points = one.putArray("points");
                for (Variant v : c.variantsOf(chart.task().id())) {
                    boolean elsewhere = chart.axis() == Front.Axis.MEMORY && v.place() != Place.DEVICE;
                    if (v.kind() == kind && !elsewhere) {
                        point(points, c, chart, v, unit);
                    }
                }
                if (!points.isEmpty()) {
                    series.add(one);
                }
            }
            ArrayNode front = node.putArray("front");
            front(c, chart.task(), chart.context(), chart.axis()).forEach(v -> point(front, c, chart, v, unit));
        }
        try {
            return MAPPER.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void point(ArrayNode points, Catalog c, Chart chart, Variant v, double unit) {
        double accuracy = v.accuracy().in(chart.context());
        double x = chart.axis().of(c, v);
        if (!Double.isNaN(accuracy) && !Double.isNaN(x)) {
            String id = v.id();
            points.addObject()
                    .put(
                            "name",
                            id.startsWith(v.task() + "/")
                                    ? id.substring(v.task().length() + 1)
                                    : id)
                    .put("x", unit * x)
                    .put("y", 100 * accuracy);
        }
    }
}
