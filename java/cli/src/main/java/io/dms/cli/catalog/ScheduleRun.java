package io.dms.cli.catalog;

import io.dms.compiler.data.LabelledImages;
import io.dms.model.Preprocessing;
import io.dms.model.Shape;
import io.dms.model.UserException;
import io.dms.runtime.Backend;
import io.dms.schedule.Budgets;
import io.dms.schedule.CatalogTable;
import io.dms.schedule.Decision;
import io.dms.schedule.Outcome;
import io.dms.schedule.Reason;
import io.dms.schedule.Request;
import io.dms.schedule.Scheduler;
import io.dms.schedule.Schedulers;
import io.dms.schedule.State;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Kind;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Task;
import io.dms.schedule.catalog.Variant;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves a stream of requests from a catalog on this machine's own sessions, in real time: the scheduler decides, models
 * are really loaded, run and unloaded, and what they took is told back. Servers are taken for out of reach.
 */
public final class ScheduleRun {
    /**
     * What came of it.
     *
     * @param scheduler its name
     * @param requests in all
     * @param answered in time
     * @param late answered behind their deadline
     * @param refused by reason
     * @param right answers in time that name the image's class, among those whose class is known
     * @param judged answers in time whose image has a class in the task
     * @param runs by variant
     * @param loads of models and heads
     * @param meanMillis from arrival to answer
     * @param mostBytes most that was held at once
     */
    public record Result(
            String scheduler,
            int requests,
            int answered,
            int late,
            Map<String, Integer> refused,
            int right,
            int judged,
            Map<String, Integer> runs,
            int loads,
            double meanMillis,
            long mostBytes) {}

    private final Catalog catalog;
    private final CatalogTable table;
    private final State state;
    private final Scheduler scheduler;
    private final CatalogExecutor executor;
    private final Decision decision;
    private final Outcome outcome = new Outcome();
    private final Request request = new Request();
    private final LabelledImages images;
    private final FloatBuffer frame;
    private final Map<String, Integer> refused = new TreeMap<>();
    private final Map<String, Integer> runs = new TreeMap<>();
    private int answered;
    private int late;
    private int right;
    private int judged;
    private int loads;
    private double millis;
    private long mostBytes;

    private ScheduleRun(
            Catalog catalog, Budgets budgets, String name, CatalogExecutor executor, LabelledImages images) {
        this.catalog = catalog;
        this.table = new CatalogTable(catalog);
        this.state = new State(table, budgets, System.nanoTime());
        this.scheduler = Schedulers.of(name, table, state);
        this.decision = new Decision(table);
        this.executor = executor;
        this.images = images;
        this.frame = Workbench.direct(3 * images.width() * images.height());
    }

    /**
     * Height and width of the images that the catalog's models take.
     *
     * @throws UserException if no variant of it runs here
     */
    public static int[] imageSize(Catalog catalog) {
        for (Variant v : catalog.variants()) {
            String model = v.implementation().get(CatalogBuilder.MODEL);
            if (v.place() == Place.DEVICE && model != null && CatalogExecutor.refusal(v) == null) {
                Shape in = Workbench.read(model.equals(CatalogBuilder.BUNDLED) ? null : Path.of(model))
                        .graph()
                        .inputs()
                        .get(0)
                        .shape();
                return new int[] {in.dim(2), in.dim(3)};
            }
        }
        throw new UserException("no variant of the catalog can run here: build it on this machine");
    }

    /**
     * Serves requests for all tasks in turn.
     *
     * @param rate requests per second, with exponential gaps
     * @param context name of a context that the stream shall be in, or null
     * @throws UserException if the budgets allow no task to be served, or a variant lacks its files
     */
    public static Result run(
            Catalog catalog,
            Budgets budgets,
            String scheduler,
            Backend backend,
            int threads,
            LabelledImages images,
            int requests,
            double rate,
            @Nullable String context,
            long seed,
            BooleanSupplier cancelled) {
        budgets.check(catalog);
        for (Variant v : catalog.variants()) {
            String refusal = v.place() == Place.DEVICE ? CatalogExecutor.refusal(v) : null;
            if (refusal != null) {
                throw new UserException(refusal);
            }
        }
        try (CatalogExecutor executor = new CatalogExecutor(catalog, backend, threads)) {
            ScheduleRun run = new ScheduleRun(catalog, budgets, scheduler, executor, images);
            int done = run.serve(requests, rate, context, seed, cancelled);
            return new Result(
                    scheduler,
                    done,
                    run.answered,
                    run.late,
                    run.refused,
                    run.right,
                    run.judged,
                    run.runs,
                    run.loads,
                    run.answered + run.late == 0 ? Double.NaN : run.millis / (run.answered + run.late),
                    run.mostBytes);
        }
    }

    private int serve(int requests, double rate, @Nullable String context, long seed, BooleanSupplier cancelled) {
        SplittableRandom random = new SplittableRandom(seed);
        int tasks = catalog.tasks().size();
        long due = System.nanoTime();
        int image = 0;
        state.link(false, 0, 0, 0, Double.POSITIVE_INFINITY);
        for (int i = 0; i < requests; i++) {
            if (cancelled.getAsBoolean()) {
                return i;
            }
            if (i % tasks == 0) {
                due += (long) (-Math.log(1 - random.nextDouble()) / rate * tasks * 1e9);
                image = image(context, random);
                images.fill(frame, image, 1, Preprocessing.IMAGENET);
            }
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            Task task = catalog.tasks().get(i % tasks);
            request.id = i;
            request.task = i % tasks;
            request.context = context == null || !knows(task, context) ? 0 : table.context(request.task, context);
            request.frame = i / tasks;
            request.arrivalNanos = due;
            Double deadline = task.deadlineSeconds();
            request.deadlineNanos = deadline == null ? Request.NO_DEADLINE : due + (long) (deadline * 1e9);
            state.at(System.nanoTime());
            scheduler.decide(request, state, decision);
            perform(image);
            state.at(System.nanoTime());
            scheduler.plan(state, decision);
            for (int a = 0; a < decision.actions(); a++) {
                move(a);
            }
            mostBytes = Math.max(mostBytes, executor.bytes());
        }
        return requests;
    }

    private static boolean knows(Task task, String context) {
        return task.contexts().stream().anyMatch(c -> c.name().equals(context));
    }

    /** An image at random, from the context's classes by its share where there is one. */
    private int image(@Nullable String context, SplittableRandom random) {
        List<String> members = List.of();
        double share = 0;
        for (Task t : catalog.tasks()) {
            for (Task.Context c : t.contexts()) {
                if (c.name().equals(context)) {
                    members = c.members();
                    share = c.share();
                }
            }
        }
        boolean in = random.nextDouble() < share && !members.isEmpty();
        for (int tries = 0; tries < 10_000; tries++) {
            int i = random.nextInt(images.size());
            if (context == null
                    || members.isEmpty()
                    || members.contains(images.classNames().get(images.label(i))) == in) {
                return i;
            }
        }
        throw new UserException("the data has no image for context " + context);
    }

    private void perform(int image) {
        int v = decision.variant;
        if (v < 0) {
            refused.merge(decision.reason.word(), 1, Integer::sum);
            return;
        }
        for (int a = 0; a < decision.actions() - 1; a++) {
            move(a);
        }
        Variant variant = catalog.variants().get(v);
        if (!state.isResident(v) || !executor.isLoaded(variant)) {
            refused.merge(Reason.DEADLINE.word(), 1, Integer::sum);
            return;
        }
        double catalogSeconds = state.deviceSeconds(v, request);
        long start = System.nanoTime();
        int answer = executor.run(variant, request.frame, frame);
        long end = System.nanoTime();
        state.at(end);
        state.spend(state.joules(v, request), 0);
        state.deviceFree(state.nowNanos());
        state.ranVariant(v, request.frame);
        outcome.index = v;
        outcome.load = false;
        outcome.failed = false;
        outcome.catalogSeconds = catalogSeconds;
        outcome.seconds = (end - start) * 1e-9;
        outcome.catalogJoules = state.joules(v, request);
        outcome.joules = Double.NaN;
        scheduler.observe(outcome);
        runs.merge(variant.id(), 1, Integer::sum);
        millis += (end - request.arrivalNanos) / 1e6;
        if (end > request.deadlineNanos) {
            late++;
            return;
        }
        answered++;
        // A task's own labels are not in the catalog: only answers in the data set's classes can be judged.
        if (variant.kind() != Kind.SHARED) {
            judged++;
            right += answer == images.label(image) ? 1 : 0;
        }
    }

    private void move(int a) {
        int u = decision.index(a);
        int v = u - catalog.fragments().size();
        if (decision.action(a) == Decision.Action.UNLOAD) {
            state.unloaded(u);
            if (v >= 0) {
                executor.unload(catalog.variants().get(v));
            }
            return;
        }
        if (state.isLoaded(u) || System.nanoTime() > decision.latestNanos(a)) {
            return;
        }
        long start = System.nanoTime();
        if (v >= 0) {
            executor.load(catalog.variants().get(v));
            loads++;
        }
        long end = System.nanoTime();
        state.at(end);
        state.loaded(u, state.nowNanos());
        state.loaderFree(state.nowNanos());
        state.spend(table.unitLoadJoules(u), 0);
        // A fragment is read with the first variant on it, so that neither has a time of its own to tell.
        if (v >= 0 && catalog.variants().get(v).requires().isEmpty()) {
            outcome.index = u;
            outcome.load = true;
            outcome.failed = false;
            outcome.catalogSeconds = table.unitLoadSeconds(u);
            outcome.seconds = (end - start) * 1e-9;
            outcome.catalogJoules = table.unitLoadJoules(u);
            outcome.joules = Double.NaN;
            scheduler.observe(outcome);
        }
    }
}
