package io.dms.cli.catalog;

import io.dms.compiler.CompileListener;
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
import io.dms.serve.client.RemoteAnswer;
import io.dms.serve.protocol.InferResponse;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves a stream of requests from a catalog in real time: the scheduler decides, models are really loaded, run and
 * unloaded on this machine's own sessions, servers are really asked, and what that took is told back.
 *
 * <p>A request for a variant on a server goes off on a thread of its own, by the rule of {@link
 * io.dms.serve.client.RemoteVariant}. Where such a variant names a fallback, one on the device stands by for it: the
 * fallback itself where it is loaded, else the most accurate loaded variant of the task that answers by itself. The
 * fallback is loaded beforehand while memory is free; the scheduler may unload it for something better.
 */
public final class ScheduleRun {
    /** A request without a deadline waits for a server no longer than this. */
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    /** Training images whose features are cached for heads. */
    private static final int TRAINED = 3000;

    /**
     * What is asked for.
     *
     * @param scheduler its name
     * @param threads of a call, 0 for all
     * @param rate requests per second, with exponential gaps
     * @param context name of a context that the stream shall be in, or null
     * @param tellContext whether the scheduler is told of it; else the on-line rule has to find out
     */
    public record Wish(
            String scheduler,
            int threads,
            int requests,
            double rate,
            @Nullable String context,
            boolean tellContext,
            long seed) {}

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
    private final RemoteDesk desk;
    private final RunTally tally;
    private final @Nullable TaskStream[] streams;
    private int loads;
    private long mostBytes;

    private ScheduleRun(
            Catalog catalog,
            Budgets budgets,
            String name,
            CatalogExecutor executor,
            RemoteDesk desk,
            LabelledImages images,
            @Nullable TaskStream[] streams) {
        this.catalog = catalog;
        this.table = new CatalogTable(catalog);
        this.state = new State(table, budgets, System.nanoTime());
        this.scheduler = Schedulers.of(name, table, state);
        this.decision = new Decision(table);
        this.executor = executor;
        this.desk = desk;
        this.tally = new RunTally(catalog, System.nanoTime());
        this.images = images;
        this.streams = streams;
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
     * Serves requests for all tasks in turn. Where training images are there, specialised variants come and go by the
     * on-line rule: then heads are measured on every other image, and the stream is drawn from the rest.
     *
     * @param images to serve
     * @param training for heads, or null where the scheduler is told the context
     * @param listener told how far preparing is
     * @throws UserException if the budgets allow no task to be served, or a variant lacks its files or its server's model
     */
    public static RunAccount run(
            Catalog catalog,
            Budgets budgets,
            Backend backend,
            LabelledImages images,
            @Nullable LabelledImages training,
            Wish wish,
            RemoteWay way,
            CompileListener listener,
            BooleanSupplier cancelled) {
        ExecutorService trainer = Executors.newSingleThreadExecutor(r -> {
            Thread t = new Thread(r, "dms-heads");
            t.setDaemon(true);
            return t;
        });
        try {
            return run(catalog, budgets, backend, images, training, wish, way, listener, cancelled, trainer);
        } finally {
            trainer.shutdownNow();
        }
    }

    /** The same, with an executor that trains heads. */
    static RunAccount run(
            Catalog catalog,
            Budgets budgets,
            Backend backend,
            LabelledImages images,
            @Nullable LabelledImages training,
            Wish wish,
            RemoteWay way,
            CompileListener listener,
            BooleanSupplier cancelled,
            Executor trainer) {
        budgets.check(catalog);
        for (Variant v : catalog.variants()) {
            String refusal = v.place() == Place.CLOUD ? null : CatalogExecutor.refusal(v);
            if (refusal != null) {
                throw new UserException(refusal);
            }
            String next = v.fallback();
            Variant standby = next == null ? null : catalog.variant(next);
            if (v.place() != Place.DEVICE && standby != null && !CatalogExecutor.isWhole(standby)) {
                throw new UserException(v.id() + " falls back to " + next
                        + ", but only a whole model on the device can stand by for a server: a level or a network");
            }
        }
        try (CatalogExecutor executor = new CatalogExecutor(catalog, backend, wish.threads());
                RemoteDesk desk = new RemoteDesk(catalog, executor, way, images.height(), images.width())) {
            List<String> notes = new ArrayList<>();
            @Nullable TaskStream[] streams = new TaskStream[catalog.tasks().size()];
            boolean online = training != null && !wish.tellContext();
            if (training != null && online) {
                Workbench bench = new Workbench(
                        backend,
                        wish.threads(),
                        training,
                        new EveryOther(images, 0),
                        images.size(),
                        TRAINED,
                        wish.seed(),
                        listener);
                TaskStream.Material from = new TaskStream.Material(bench, wish.seed(), trainer);
                for (int t = 0; t < streams.length; t++) {
                    Task task = catalog.tasks().get(t);
                    try {
                        streams[t] = TaskStream.of(catalog, executor, task, from, images.classNames());
                    } catch (UserException e) {
                        notes.add("task " + task.id() + " is served without specialising by the on-line rule: "
                                + e.getMessage());
                    }
                }
            }
            boolean any = Arrays.stream(streams).anyMatch(Objects::nonNull);
            // The trunks that the rule needs are held from beginning to end: what is left is the scheduler's.
            Budgets left = any ? less(budgets, executor.trunkBytes()) : budgets;
            left.check(catalog);
            ScheduleRun run = new ScheduleRun(
                    catalog, left, wish.scheduler(), executor, desk, any ? new EveryOther(images, 1) : images, streams);
            run.serve(wish, cancelled);
            notes.addAll(desk.notes());
            return run.tally.account(
                    wish.scheduler(),
                    desk.accounts(),
                    Arrays.stream(streams)
                            .filter(Objects::nonNull)
                            .map(TaskStream::account)
                            .toList(),
                    run.loads,
                    run.mostBytes,
                    notes);
        }
    }

    private static Budgets less(Budgets b, long bytes) {
        return new Budgets(
                b.joules(), b.watts(), b.dollars(), Math.max(0, b.memoryBytes() - bytes), b.horizonSeconds());
    }

    private void serve(Wish wish, BooleanSupplier cancelled) {
        SplittableRandom random = new SplittableRandom(wish.seed());
        int tasks = catalog.tasks().size();
        String context = wish.context();
        long due = System.nanoTime();
        int image = 0;
        for (int i = 0; i < wish.requests() && !cancelled.getAsBoolean(); i++) {
            if (i % tasks == 0) {
                due += (long) (-Math.log(1 - random.nextDouble()) / wish.rate() * tasks * 1e9);
                image = image(context, random);
                images.fill(frame, image, 1, Preprocessing.IMAGENET);
            }
            standBy();
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                fetch(wait);
            }
            fetch(0);
            Task task = catalog.tasks().get(i % tasks);
            request.id = i;
            request.task = i % tasks;
            request.context = context(task, wish);
            request.frame = i / tasks;
            request.arrivalNanos = due;
            Double deadline = task.deadlineSeconds();
            request.deadlineNanos = deadline == null ? Request.NO_DEADLINE : due + (long) (deadline * 1e9);
            state.at(System.nanoTime());
            desk.link(state, System.nanoTime());
            scheduler.decide(request, state, decision);
            perform(image);
            state.at(System.nanoTime());
            scheduler.plan(state, decision);
            for (int a = 0; a < decision.actions(); a++) {
                move(a);
            }
            mostBytes = Math.max(mostBytes, executor.bytes());
        }
        while (desk.inFlight() > 0) {
            fetch(PATIENCE_NANOS);
        }
    }

    /** Waits so long for an answer of a server, and counts all that have come. */
    private void fetch(long nanos) {
        if (desk.inFlight() == 0) {
            if (nanos > 0) {
                LockSupport.parkNanos(nanos);
            }
            return;
        }
        for (RemoteDesk.Answered a = desk.poll(nanos); a != null; a = desk.poll(0)) {
            ended(a);
        }
    }

    private void ended(RemoteDesk.Answered a) {
        RemoteDesk.Asked asked = a.asked();
        RemoteAnswer answer = a.answer();
        state.at(System.nanoTime());
        outcome.index = asked.index();
        outcome.load = false;
        outcome.failed = answer.from() != RemoteAnswer.From.SERVER;
        outcome.catalogSeconds = Double.NaN;
        outcome.seconds = Double.NaN;
        outcome.catalogJoules = Double.NaN;
        outcome.joules = Double.NaN;
        scheduler.observe(outcome);
        InferResponse response = answer.response();
        if (response == null) {
            tally.failed(asked.index(), Reason.FAILED, asked.arrivalNanos(), a.endNanos());
            return;
        }
        float[] scores = response.outputs().get(0).floats();
        Variant standby = asked.standby();
        boolean here = answer.from() == RemoteAnswer.From.DEVICE;
        if (here && standby != null) {
            state.spend(orZero(standby.run().joules()), 0);
        }
        int named = best(scores);
        TaskStream stream = streams[table.taskOf(asked.index())];
        if (stream != null && scores.length == images.classes()) {
            stream.told(named);
        }
        tally.answered(
                asked.index(),
                here ? RunAccount.End.STOOD_IN : RunAccount.End.SERVER,
                asked.arrivalNanos(),
                a.endNanos(),
                asked.deadlineNanos(),
                named,
                scores.length == images.classes() ? images.label(asked.image()) : -1);
    }

    private static double orZero(@Nullable Double v) {
        return v == null ? 0 : v;
    }

    private static int best(float[] scores) {
        int best = 0;
        for (int c = 1; c < scores.length; c++) {
            best = scores[c] > scores[best] ? c : best;
        }
        return best;
    }

    /** Loads what stands by for servers, as far as memory is free. */
    private void standBy() {
        for (int v = 0; v < table.variants(); v++) {
            Variant variant = catalog.variants().get(v);
            String next = variant.fallback();
            int to = variant.place() == Place.DEVICE || next == null ? -1 : table.variant(next);
            if (to < 0 || state.isResident(to)) {
                continue;
            }
            long missing = 0;
            for (int u : table.unitsOf(to)) {
                missing += state.isLoaded(u) ? 0 : table.unitBytes(u);
            }
            if (missing > state.freeBytes()) {
                continue;
            }
            for (int u : table.unitsOf(to)) {
                load(u, Long.MAX_VALUE);
            }
        }
    }

    /** What answers on the device where a variant's server does not, or null. */
    private @Nullable Variant standby(Variant remote, int context) {
        String next = remote.fallback();
        if (next == null) {
            return null;
        }
        Variant named = catalog.variant(next);
        if (named != null && executor.isLoaded(named)) {
            return named;
        }
        Variant best = null;
        double most = 0;
        for (Variant v : catalog.variantsOf(remote.task())) {
            double accuracy = table.accuracy(table.variant(v.id()), context);
            if (CatalogExecutor.isWhole(v) && executor.isLoaded(v) && accuracy > most) {
                most = accuracy;
                best = v;
            }
        }
        return best;
    }

    private int context(Task task, Wish wish) {
        TaskStream stream = streams[request.task];
        if (stream != null) {
            return stream.context(table, request.task);
        }
        String told = wish.tellContext() ? wish.context() : null;
        return told == null || !knows(task, told) ? 0 : table.context(request.task, told);
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
            tally.refused(decision.reason, request.arrivalNanos, System.nanoTime());
            return;
        }
        tally.chosen(v);
        for (int a = 0; a < decision.actions() - 1; a++) {
            move(a);
        }
        Variant variant = catalog.variants().get(v);
        boolean there = !table.onDevice(v) || executor.isLoaded(variant);
        if (!state.isResident(v) || !there) {
            tally.failed(v, Reason.DEADLINE, request.arrivalNanos, System.nanoTime());
            return;
        }
        if (table.place(v) != Place.DEVICE) {
            state.spend(state.joules(v, request), table.dollars(v, request.context));
            long deadline = request.deadlineNanos == Request.NO_DEADLINE
                    ? System.nanoTime() + PATIENCE_NANOS
                    : request.deadlineNanos;
            desk.ask(
                    new RemoteDesk.Asked(
                            v, variant, standby(variant, request.context), request.arrivalNanos, deadline, image),
                    frame);
            return;
        }
        double catalogSeconds = state.deviceSeconds(v, request);
        long start = System.nanoTime();
        TaskStream stream = streams[request.task];
        boolean specialised = stream != null && stream.serves(variant);
        long before = stream == null ? 0 : stream.byHead();
        int answer = stream != null && specialised
                ? stream.classify(request.frame, frame)
                : executor.run(variant, request.frame, frame);
        long end = System.nanoTime();
        if (stream != null && !specialised) {
            stream.told(answer);
        }
        boolean byHead = stream != null && stream.byHead() > before;
        state.at(end);
        double joules = stream != null && byHead && variant.kind() != Kind.SPECIALISED
                ? stream.headJoules()
                : state.joules(v, request);
        state.spend(joules, 0);
        state.deviceFree(state.nowNanos());
        state.ranVariant(v, request.frame);
        outcome.index = v;
        outcome.load = false;
        outcome.failed = false;
        outcome.catalogSeconds = catalogSeconds;
        outcome.seconds = (end - start) * 1e-9;
        outcome.catalogJoules = joules;
        outcome.joules = Double.NaN;
        // What a head took says nothing of the variant in whose place it answered.
        if (!byHead || variant.kind() == Kind.SPECIALISED) {
            scheduler.observe(outcome);
        }
        // A task's own labels are not in the catalog: only answers in the data set's classes can be judged.
        tally.answered(
                v,
                byHead || variant.kind() == Kind.SPECIALISED ? RunAccount.End.HEAD : RunAccount.End.DEVICE,
                request.arrivalNanos,
                end,
                request.deadlineNanos,
                answer,
                variant.kind() == Kind.SHARED ? -1 : images.label(image));
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
        load(u, decision.latestNanos(a));
    }

    private void load(int u, long latestNanos) {
        int v = u - catalog.fragments().size();
        if (state.isLoaded(u) || System.nanoTime() > latestNanos) {
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
