package io.dms.cli.catalog;

import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.model.onnx.OnnxWriter;
import io.dms.runtime.Session;
import io.dms.schedule.catalog.Accuracy;
import io.dms.schedule.catalog.Cost;
import io.dms.schedule.catalog.Kind;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Variant;
import io.dms.serve.protocol.TensorType;
import io.dms.serve.split.SplitModel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the variants that need a server: those wholly there as they are told, those cut at a layer measured here. */
final class RemoteMaker {
    private final CatalogBuilder maker;
    private final Workbench bench;
    private final Meter meter;
    private final Path parts;

    RemoteMaker(CatalogBuilder maker, Workbench bench, Meter meter, Path parts) {
        this.maker = maker;
        this.bench = bench;
        this.meter = meter;
        this.parts = parts;
    }

    /**
     * Makes what was wanted.
     *
     * @throws UserException if it can't be made of what was named
     */
    void make(TaskPlan plan, TaskPlan.Wanted w) {
        if (w.raw().cut() == null) {
            remote(plan, w);
        } else {
            split(plan, w);
        }
    }

    private void remote(TaskPlan plan, TaskPlan.Wanted w) {
        TasksFile.RawVariant r = w.raw();
        double accuracy = r.accuracy() == null ? 0 : r.accuracy();
        if (!(accuracy >= 0 && accuracy <= 1)) {
            throw new UserException(
                    "task " + plan.task().id() + ": accuracy of a remote variant must be between 0 and 1: " + accuracy);
        }
        long image = 4L * 3 * bench.test().width() * bench.test().height();
        Map<String, String> how = new LinkedHashMap<>();
        how.put(RemoteSpec.URL, String.valueOf(r.url()));
        if (r.served() != null) {
            how.put(RemoteSpec.SERVED, r.served());
        }
        if (w.widths().size() > 1) {
            throw new UserException(
                    "task " + plan.task().id() + ": a remote variant has one width; list another variant for another");
        }
        if (!w.widths().isEmpty()) {
            how.put(RemoteSpec.WIDTH, String.valueOf(w.widths().get(0)));
        }
        maker.add(
                plan,
                Variant.of(
                                CatalogBuilder.id(plan, w, "remote"),
                                plan.task().id(),
                                Place.CLOUD,
                                Kind.REMOTE,
                                Accuracy.of(accuracy))
                        .run(TaskPlan.seconds(String.valueOf(r.time()), "time of a remote variant"), 0.0)
                        .dollars(r.dollars() == null ? 0 : r.dollars())
                        .wire(
                                r.sentBytes() == null ? image : r.sentBytes(),
                                r.receivedBytes() == null ? 4L * plan.classes().size() : r.receivedBytes())
                        .fallback(standby(plan, w))
                        .implementation(how)
                        .uncertain(List.of("accuracy, time and price are as given, not measured here")));
    }

    /** What stands by for a server, where one is named. */
    private @Nullable String standby(TaskPlan plan, TaskPlan.Wanted w) {
        if (w.raw().fallback() == null) {
            return null;
        }
        Variant v = maker.fallback(plan, w);
        if (!CatalogExecutor.isWhole(v)) {
            throw new UserException("task " + plan.task().id() + ": " + v.id()
                    + " can't stand by for a server: name a level or a network");
        }
        return v.id();
    }

    /**
     * A level whose first layers run here; the rest is written as an ordinary model for the server. Accuracy is the whole
     * level's, measured here: features that travel as 8 bits may cost some.
     */
    private void split(TaskPlan plan, TaskPlan.Wanted w) {
        TasksFile.RawVariant r = w.raw();
        String cut = String.valueOf(r.cut());
        TensorType wire = RemoteSpec.wire(
                r.wire() == null ? "FP32" : r.wire(), "task " + plan.task().id());
        ScalableModel model = bench.model(w.model());
        for (WidthLevel level : w.widths().isEmpty() ? List.of(model.full()) : CatalogBuilder.levels(model, w)) {
            SplitModel split = SplitModel.of(model, level, cut);
            String id = CatalogBuilder.id(plan, w, "split-" + w.stem()) + "@" + level.name();
            Path rest = parts.resolve(id.replaceAll("[^A-Za-z0-9.@-]", "-") + ".rest.onnx");
            OnnxWriter.write(split.rest().graph(), Map.of(), Map.of(), rest);
            long[] bytes = new long[1];
            Cost load = meter.load(() -> {
                ScalableModel trunk =
                        SplitModel.of(Workbench.read(w.model()), level, cut).trunk();
                try (Session session = bench.open(trunk)) {
                    session.prepare(trunk.full());
                    bytes[0] = session.weightBytes() + session.arenaBytes();
                }
            });
            Map<String, String> how = new LinkedHashMap<>();
            how.put(CatalogBuilder.MODEL, CatalogBuilder.place(w.model()));
            how.put(CatalogBuilder.LEVEL, level.name());
            how.put(RemoteSpec.CUT, cut);
            how.put(RemoteSpec.WIRE, wire.name());
            how.put(RemoteSpec.URL, String.valueOf(r.url()));
            how.put(RemoteSpec.SERVED, r.served() == null ? split.rest().name() : r.served());
            how.put("rest", rest.toAbsolutePath().normalize().toString());
            long features = split.trunk().graph().outputs().get(0).shape().elements();
            try (Session session = bench.open(split.trunk())) {
                Cost run = meter.run(maker.call(session, split.trunk().full()));
                maker.add(
                        plan,
                        Variant.of(
                                        id,
                                        plan.task().id(),
                                        Place.SPLIT,
                                        Kind.REMOTE,
                                        maker.accuracy(plan, model, level, id))
                                .memoryBytes(bytes[0])
                                .load(load.seconds(), load.joules())
                                .run(run.seconds(), run.joules())
                                .serverSeconds(TaskPlan.seconds(String.valueOf(r.time()), "time of a remote variant"))
                                .dollars(r.dollars() == null ? 0 : r.dollars())
                                .wire(
                                        r.sentBytes() == null ? features * wire.bytes() : r.sentBytes(),
                                        r.receivedBytes() == null
                                                ? 4L * plan.classes().size()
                                                : r.receivedBytes())
                                .fallback(standby(plan, w))
                                .implementation(how)
                                .uncertain(List.of("the server's time and the price are as given, not measured here;"
                                        + " accuracy is that of the level uncut")));
            }
        }
    }
}
