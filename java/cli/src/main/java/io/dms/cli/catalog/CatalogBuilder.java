package io.dms.cli.catalog;

import io.dms.compiler.lowrank.LowRank;
import io.dms.model.Graph;
import io.dms.model.LevelExport;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.model.onnx.OnnxWriter;
import io.dms.runtime.Session;
import io.dms.schedule.catalog.Accuracy;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Cost;
import io.dms.schedule.catalog.Fragment;
import io.dms.schedule.catalog.Kind;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Provenance;
import io.dms.schedule.catalog.Variant;
import io.dms.schedule.special.FeatureSet;
import io.dms.schedule.special.HeadFile;
import io.dms.schedule.special.HeadTrainer;
import io.dms.schedule.special.LinearHead;
import io.dms.schedule.special.TrainOptions;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the variants of tasks and measures them on this board. What it makes (factorised networks, heads) is written
 * into a folder beside the catalog, as ordinary ONNX files.
 */
final class CatalogBuilder {
    /** Keys of {@link Variant#implementation}. */
    static final String MODEL = "model";

    static final String LEVEL = "level";
    static final String HEAD = "head";

    /** Stands for the model that comes with DMS. */
    static final String BUNDLED = "bundled";

    private final Workbench bench;
    private final Meter meter;
    private final Path parts;
    private final long seed;
    private final List<Variant> variants = new ArrayList<>();
    private final Map<String, Fragment> fragments = new LinkedHashMap<>();
    /** What each variant answers for the test images, in the task's classes. */
    private final Map<String, int[]> answers = new LinkedHashMap<>();

    CatalogBuilder(Workbench bench, Meter meter, Path parts, long seed) {
        this.bench = bench;
        this.meter = meter;
        this.parts = parts;
        this.seed = seed;
    }

    /**
     * All variants of all tasks, dominated ones too.
     *
     * @throws UserException if a variant can't be made of what was named
     */
    Catalog build(List<TaskPlan> plans, Provenance provenance) {
        for (TaskPlan plan : plans) {
            // Remote and specialised ones last: they fall back to others.
            for (boolean later : new boolean[] {false, true}) {
                plan.variants().stream()
                        .filter(w -> later == (w.kind() == Kind.SPECIALISED || w.kind() == Kind.REMOTE))
                        .forEach(w -> make(plan, w));
            }
        }
        return new Catalog(
                provenance, plans.stream().map(TaskPlan::task).toList(), List.copyOf(fragments.values()), variants);
    }

    private void make(TaskPlan plan, TaskPlan.Wanted w) {
        switch (w.kind()) {
            case LEVEL -> levels(plan, w);
            case NETWORK -> network(plan, bench.model(w.model()), w.model(), id(plan, w, w.stem()), Kind.NETWORK);
            case LOW_RANK -> w.ranks().forEach(rank -> lowRank(plan, w, rank));
            case SHARED -> shared(plan, w);
            case SPECIALISED -> specialised(plan, w);
            case REMOTE -> new RemoteMaker(this, bench, meter, parts).make(plan, w);
        }
    }

    static String id(TaskPlan plan, TaskPlan.Wanted w, String otherwise) {
        return plan.task().id() + "/" + (w.id() == null ? otherwise : w.id());
    }

    static List<WidthLevel> levels(ScalableModel model, TaskPlan.Wanted w) {
        return w.widths().isEmpty()
                ? model.levels()
                : w.widths().stream()
                        .sorted((a, b) -> Double.compare(b, a))
                        .map(model::level)
                        .toList();
    }

    static String place(@Nullable Path model) {
        return model == null ? BUNDLED : model.toAbsolutePath().normalize().toString();
    }

    private void levels(TaskPlan plan, TaskPlan.Wanted w) {
        ScalableModel model = bench.model(w.model());
        List<WidthLevel> levels = levels(model, w);
        String weights = weights("weights:" + w.stem(), w, false);
        try (Session session = bench.open(model)) {
            Runnable[] calls = new Runnable[levels.size()];
            for (int i = 0; i < calls.length; i++) {
                calls[i] = call(session, levels.get(i));
            }
            for (int i = 0; i < calls.length; i++) {
                WidthLevel level = levels.get(i);
                String id = id(plan, w, w.stem()) + "@" + level.name();
                Cost run = meter.run(calls[i]);
                add(
                        plan,
                        Variant.of(id, plan.task().id(), Place.DEVICE, Kind.LEVEL, accuracy(plan, model, level, id))
                                .run(run.seconds(), run.joules())
                                .requires(weights)
                                .implementation(Map.of(MODEL, place(w.model()), LEVEL, level.name())));
            }
        }
    }

    /** The fragment of a model's weights, all levels together, or of its trunk's. */
    private String weights(String id, TaskPlan.Wanted w, boolean trunkOnly) {
        if (!fragments.containsKey(id)) {
            long[] bytes = new long[1];
            Cost load = meter.load(() -> {
                ScalableModel read = Workbench.read(w.model());
                ScalableModel model = trunkOnly ? Workbench.trunk(read) : read;
                try (Session session = bench.open(model)) {
                    levels(model, w).forEach(session::prepare);
                    bytes[0] = session.weightBytes() + session.arenaBytes();
                }
            });
            fragments.put(id, new Fragment(id, bytes[0], load, Cost.NONE, List.of()));
        }
        return id;
    }

    Runnable call(Session session, WidthLevel level) {
        Graph graph = session.model().graph();
        FloatBuffer in =
                Workbench.direct(Math.toIntExact(graph.inputs().get(0).shape().elements()));
        FloatBuffer out =
                Workbench.direct(Math.toIntExact(graph.outputs().get(0).shape().elements()));
        bench.test().fill(in, 0, 1, Workbench.preprocessing(session.model()));
        session.prepare(level);
        return () -> session.run(level, in, out);
    }

    Accuracy accuracy(TaskPlan plan, ScalableModel model, WidthLevel level, String id) {
        int[] all = bench.answers(model, level, id);
        answers.put(id, all);
        Answers count = new Answers(plan);
        for (int i = 0; i < all.length; i++) {
            count.add(plan.label()[bench.test().label(i)], all[i]);
        }
        return count.accuracy();
    }

    private void network(TaskPlan plan, ScalableModel model, @Nullable Path file, String id, Kind kind) {
        long[] bytes = new long[1];
        Cost load = meter.load(() -> {
            ScalableModel read = Workbench.read(file);
            try (Session session = bench.open(read)) {
                session.prepare(read.full());
                bytes[0] = session.weightBytes() + session.arenaBytes();
            }
        });
        try (Session session = bench.open(model)) {
            Cost run = meter.run(call(session, model.full()));
            add(
                    plan,
                    Variant.of(id, plan.task().id(), Place.DEVICE, kind, accuracy(plan, model, model.full(), id))
                            .memoryBytes(bytes[0])
                            .load(load.seconds(), load.joules())
                            .run(run.seconds(), run.joules())
                            .implementation(Map.of(
                                    MODEL, place(file), LEVEL, model.full().name())));
        }
    }

    private void lowRank(TaskPlan plan, TaskPlan.Wanted w, double rank) {
        ScalableModel model = bench.model(w.model());
        LowRank.Result result = LowRank.apply(LevelExport.graph(model, model.full()), rank);
        String name = w.stem() + "-rank-" + WidthLevel.nameOf(rank);
        Path file = parts.resolve(name + ".onnx");
        OnnxWriter.write(result.graph(), Map.of(), Map.of(), file);
        network(
                plan,
                ScalableModel.plain(result.graph()),
                file,
                id(plan, w, w.stem()) + "-rank-" + WidthLevel.nameOf(rank),
                Kind.LOW_RANK);
    }

    /** The fragment of a trunk at one level, which runs once per frame for all heads. */
    private String trunk(TaskPlan.Wanted w, ScalableModel trunk, WidthLevel level) {
        String id = "trunk:" + w.stem() + "@" + level.name();
        if (!fragments.containsKey(id)) {
            String weights = weights("trunk:" + w.stem(), w, true);
            try (Session session = bench.open(trunk)) {
                Cost run = meter.run(call(session, level));
                fragments.put(id, new Fragment(id, 0, Cost.NONE, run, List.of(weights)));
            }
        }
        return id;
    }

    private void shared(TaskPlan plan, TaskPlan.Wanted w) {
        ScalableModel trunk = Workbench.trunk(bench.model(w.model()));
        for (WidthLevel level : levels(trunk, w)) {
            FeatureSet training = bench.trainingFeatures(trunk, level)
                    .relabelled(plan.label(), plan.classes().size());
            FeatureSet test = bench.testFeatures(trunk, level);
            LinearHead head = new HeadTrainer(TrainOptions.DEFAULT.withSeed(seed)).classifier(training);
            String id = id(plan, w, "shared-" + w.stem()) + "@" + level.name();
            Path file = writeHead(head, id);
            int[] all = new int[test.size()];
            Answers count = new Answers(plan);
            for (int i = 0; i < all.length; i++) {
                all[i] = head.classify(test.values(), i * test.dims());
                count.add(plan.label()[test.labels()[i]], all[i]);
            }
            answers.put(id, all);
            Cost run = headCost(head, test);
            Cost load = meter.load(() -> HeadFile.read(file));
            add(
                    plan,
                    Variant.of(id, plan.task().id(), Place.DEVICE, Kind.SHARED, count.accuracy())
                            .memoryBytes(head.bytes())
                            .load(load.seconds(), load.joules())
                            .run(run.seconds(), run.joules())
                            .requires(trunk(w, trunk, level))
                            .implementation(implementation(w, level, file)));
        }
    }

    private static Map<String, String> implementation(TaskPlan.Wanted w, WidthLevel level, Path head) {
        Map<String, String> out = new LinkedHashMap<>();
        out.put(MODEL, place(w.model()));
        out.put(LEVEL, level.name());
        out.put(HEAD, head.toAbsolutePath().normalize().toString());
        return out;
    }

    private Path writeHead(LinearHead head, String id) {
        Path file = parts.resolve(id.replaceAll("[^A-Za-z0-9.@-]", "-") + ".head.onnx");
        HeadFile.write(head, id, file);
        return file;
    }

    private Cost headCost(LinearHead head, FeatureSet features) {
        FloatBuffer one = Workbench.direct(features.dims());
        one.put(0, features.values(), 0, features.dims());
        int[] kept = new int[1];
        Cost cost = meter.run(() -> kept[0] += head.classify(one, 0));
        return cost;
    }

    private void specialised(TaskPlan plan, TaskPlan.Wanted w) {
        Variant general = fallback(plan, w);
        int[] falls = Objects.requireNonNull(answers.get(general.id()));
        ScalableModel trunk = Workbench.trunk(bench.model(w.model()));
        HeadTrainer trainer = new HeadTrainer(TrainOptions.DEFAULT.withSeed(seed));
        for (WidthLevel level : levels(trunk, w)) {
            FeatureSet training = bench.trainingFeatures(trunk, level);
            FeatureSet test = bench.testFeatures(trunk, level);
            for (int c = 0; c < plan.contexts().size(); c++) {
                LinearHead head = trainer.specialised(training, plan.contexts().get(c));
                String context = plan.task().contexts().get(c).name();
                String id = id(plan, w, "special-" + w.stem()) + "@" + level.name() + "-" + context;
                Path file = writeHead(head, id);
                Answers count = new Answers(plan);
                Answers passed = new Answers(plan);
                for (int i = 0; i < test.size(); i++) {
                    int answer = head.classify(test.values(), i * test.dims());
                    int label = plan.label()[test.labels()[i]];
                    count.add(label, answer == LinearHead.OTHER ? falls[i] : answer);
                    passed.add(label, answer == LinearHead.OTHER ? label : -1);
                }
                double share =
                        Objects.requireNonNull(passed.accuracyIn(c).contexts().get(context));
                Cost run = headCost(head, test);
                Cost load = meter.load(() -> HeadFile.read(file));
                add(
                        plan,
                        Variant.of(id, plan.task().id(), Place.DEVICE, Kind.SPECIALISED, count.accuracyIn(c))
                                .memoryBytes(head.bytes())
                                .load(load.seconds(), load.joules())
                                .run(run.seconds(), run.joules())
                                .requires(trunk(w, trunk, level))
                                .fallback(general.id())
                                .fallsThrough(share)
                                .implementation(implementation(w, level, file)));
            }
        }
    }

    /** The variant that answers what a head passes on: the one that was named, else the most accurate on this device. */
    Variant fallback(TaskPlan plan, TaskPlan.Wanted w) {
        String named = w.raw().fallback();
        Variant best = null;
        for (Variant v : variants) {
            Double right = v.accuracy().overall();
            if (!v.task().equals(plan.task().id()) || v.place() != Place.DEVICE || right == null) {
                continue;
            }
            if (named != null
                    && (v.id().equals(named) || v.id().equals(plan.task().id() + "/" + named))) {
                return v;
            }
            Double other = best == null ? null : best.accuracy().overall();
            if (named == null && (other == null || right > other)) {
                best = v;
            }
        }
        if (best == null) {
            throw new UserException("task " + plan.task().id() + ": a specialised variant needs one to fall back to"
                    + (named == null ? ": add a level or a network" : ", and there is no variant " + named));
        }
        return best;
    }

    void add(TaskPlan plan, Variant.Builder builder) {
        Variant v = builder.build();
        if (variants.stream().anyMatch(other -> other.id().equals(v.id()))) {
            throw new UserException(
                    "task " + plan.task().id() + " has two variants " + v.id() + ": give one of them an id of its own");
        }
        variants.add(v);
    }
}
