package io.dms.cli.catalog;

import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.schedule.CatalogTable;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Cost;
import io.dms.schedule.catalog.Fragment;
import io.dms.schedule.catalog.Kind;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Task;
import io.dms.schedule.catalog.Variant;
import io.dms.schedule.special.CascadeTable;
import io.dms.schedule.special.Confusion;
import io.dms.schedule.special.FeatureSet;
import io.dms.schedule.special.HeadFile;
import io.dms.schedule.special.LinearHead;
import io.dms.schedule.special.RuleOptions;
import io.dms.schedule.special.SpecialisationRule;
import io.dms.schedule.special.SpecialisedStream;
import io.dms.schedule.special.TrainOptions;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The stream of one task whose specialised variants come and go by the on-line rule ({@link SpecialisedStream}): where the
 * scheduler chooses the task's general variant or a specialised one, a head answers while the stream shows few classes.
 * Heads of the catalog are used where the rule wants their classes; others are trained. While a head runs whose classes
 * are much those of one of the catalog's contexts, the task counts as being in it, so that the scheduler sees what the
 * specialised variants cost there. Not thread-safe.
 */
final class TaskStream {
    private static final int[] SIZES = {1, 2, 3, 4, 5, 7, 14, 21};
    private static final int DRAWS = 3;
    /** Classes in common over classes in either, from which on a head is taken for a context's. */
    private static final double SAME = 0.5;

    /** What heads are trained and measured on; no image of it may be in the stream. */
    record Material(Workbench bench, long seed, Executor executor) {}

    private record Trunk(String model, String level, double seconds, double joules) {}

    private final CatalogExecutor executor;
    private final Task task;
    private final Variant general;
    private final List<Variant> specials;
    private final List<String> classNames;
    private final List<Trunk> trunks;
    private final SpecialisedStream stream;
    private long frame;
    private @Nullable LinearHead known;
    private int context;

    private TaskStream(
            Catalog catalog,
            CatalogExecutor executor,
            Task task,
            Variant general,
            List<Variant> specials,
            Material from,
            List<String> classNames) {
        this.executor = executor;
        this.task = task;
        this.general = general;
        this.specials = specials;
        this.classNames = classNames;
        this.trunks = new ArrayList<>();
        List<SpecialisedStream.Cached> cached = new ArrayList<>();
        List<SpecialisationRule.Trunk> rates = new ArrayList<>();
        TrainOptions options = TrainOptions.DEFAULT.withSeed(from.seed());
        int[] answers = answers(from.bench(), general);
        for (Variant v : specials) {
            String model = String.valueOf(v.implementation().get(CatalogBuilder.MODEL));
            String level = String.valueOf(v.implementation().get(CatalogBuilder.LEVEL));
            if (trunks.stream()
                    .anyMatch(t -> t.model().equals(model) && t.level().equals(level))) {
                continue;
            }
            Cost cost = cost(catalog, v);
            trunks.add(new Trunk(model, level, cost.seconds(), orZero(cost.joules())));
            ScalableModel read =
                    Workbench.trunk(from.bench().model(model.equals(CatalogBuilder.BUNDLED) ? null : Path.of(model)));
            SpecialisedStream.Cached c = new SpecialisedStream.Cached(
                    from.bench().trainingFeatures(read, CatalogExecutor.level(read, level)),
                    from.bench().testFeatures(read, CatalogExecutor.level(read, level)),
                    answers);
            cached.add(c);
            rates.add(new SpecialisationRule.Trunk(
                    model + "@" + level,
                    CascadeTable.measure(c.training(), c.heldOut(), answers, SIZES, DRAWS, options),
                    cost.seconds()));
            executor.hold(model, level);
        }
        SpecialisationRule rule = new SpecialisationRule(
                Confusion.of(
                        classNames.size(),
                        IntStream.range(0, answers.length)
                                .map(from.bench().test()::label)
                                .toArray(),
                        answers),
                cost(catalog, general).seconds(),
                rates,
                RuleOptions.DEFAULT.withSeed(from.seed()));
        this.stream = new SpecialisedStream(new Models(), cached, rule, options, from.executor());
        for (Variant v : specials) {
            String head = v.implementation().get(CatalogBuilder.HEAD);
            if (head != null) {
                stream.know(trunk(v), HeadFile.read(Path.of(head)));
            }
        }
    }

    /**
     * The stream of a task, or null where it has no specialised variant on the device.
     *
     * @throws UserException if a head or a model can't be read
     */
    static @Nullable TaskStream of(
            Catalog catalog, CatalogExecutor executor, Task task, Material from, List<String> classNames) {
        List<Variant> specials = new ArrayList<>();
        Variant general = null;
        for (Variant v : catalog.variantsOf(task.id())) {
            String next = v.fallback();
            Variant to = next == null ? null : catalog.variant(next);
            boolean special = v.kind() == Kind.SPECIALISED && v.place() == Place.DEVICE;
            if (special && to != null && to.place() == Place.DEVICE && (general == null || general.equals(to))) {
                general = to;
                specials.add(v);
            }
        }
        return general == null ? null : new TaskStream(catalog, executor, task, general, specials, from, classNames);
    }

    /** What the general variant answers to the held-out images: heads are compared with it one by one. */
    private static int[] answers(Workbench bench, Variant general) {
        String model = String.valueOf(general.implementation().get(CatalogBuilder.MODEL));
        String level = String.valueOf(general.implementation().get(CatalogBuilder.LEVEL));
        String head = general.implementation().get(CatalogBuilder.HEAD);
        ScalableModel read = bench.model(model.equals(CatalogBuilder.BUNDLED) ? null : Path.of(model));
        if (head == null) {
            return bench.answers(read, CatalogExecutor.level(read, level), general.id());
        }
        ScalableModel trunk = Workbench.trunk(read);
        FeatureSet features = bench.testFeatures(trunk, CatalogExecutor.level(trunk, level));
        LinearHead reads = HeadFile.read(Path.of(head));
        int[] out = new int[features.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = reads.classify(features.values(), i * features.dims());
        }
        return out;
    }

    private static Cost cost(Catalog catalog, Variant v) {
        double seconds = v.run().seconds();
        double joules = orZero(v.run().joules());
        for (Fragment f : catalog.fragmentsOf(v)) {
            seconds += f.run().seconds();
            joules += orZero(f.run().joules());
        }
        return new Cost(seconds, joules);
    }

    private static double orZero(@Nullable Double v) {
        return v == null ? 0 : v;
    }

    private int trunk(Variant v) {
        Map<String, String> how = v.implementation();
        for (int t = 0; t < trunks.size(); t++) {
            if (trunks.get(t).model().equals(how.get(CatalogBuilder.MODEL))
                    && trunks.get(t).level().equals(how.get(CatalogBuilder.LEVEL))) {
                return t;
            }
        }
        throw new IllegalStateException(v.id());
    }

    private final class Models implements SpecialisedStream.Models {
        @Override
        public int general(FloatBuffer input) {
            return executor.run(general, frame, input);
        }

        @Override
        public FloatBuffer features(int trunk, FloatBuffer input) {
            Trunk t = trunks.get(trunk);
            return executor.features(t.model(), t.level(), frame, input);
        }
    }

    /** Whether the stream answers where the scheduler chose this variant. */
    boolean serves(Variant v) {
        return v.equals(general) || specials.contains(v);
    }

    /** The context that the stream is in, as an index in the table: 0 for none that the catalog knows. */
    int context(CatalogTable table, int taskIndex) {
        LinearHead now = stream.running();
        if (now != known) {
            known = now;
            context = 0;
            double most = 0;
            for (Task.Context c : task.contexts()) {
                double same = now == null ? 0 : same(now, c.members());
                if (same >= SAME && same > most) {
                    most = same;
                    context = table.context(taskIndex, c.name());
                }
            }
        }
        return context;
    }

    private double same(LinearHead head, List<String> members) {
        int common = 0;
        int own = 0;
        for (int c : head.classes()) {
            if (c != LinearHead.OTHER) {
                own++;
                common += members.contains(classNames.get(c)) ? 1 : 0;
            }
        }
        return (double) common / Math.max(1, own + members.size() - common);
    }

    /** The class of a frame; the general variant has to be loaded. */
    int classify(long number, FloatBuffer input) {
        frame = number;
        return stream.classify(input);
    }

    /** Frames that a head alone has answered. */
    long byHead() {
        return stream.byHead();
    }

    /** Joules of a frame that a head alone answers, by the catalog: of the cheapest trunk where none runs any more. */
    double headJoules() {
        return trunks.stream().mapToDouble(Trunk::joules).min().orElse(0);
    }

    /** Tells what another variant answered. */
    void told(int answer) {
        stream.told(answer);
    }

    /** What came of it. */
    RunAccount.Stream account() {
        return new RunAccount.Stream(
                task.id(),
                general.id(),
                stream.frames(),
                stream.byHead(),
                stream.generalRuns(),
                stream.trained(),
                stream.trainSeconds(),
                stream.entered(),
                stream.left());
    }
}
