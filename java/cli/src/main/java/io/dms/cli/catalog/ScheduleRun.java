package io.dms.cli.catalog;

import io.dms.compiler.CompileListener;
import io.dms.compiler.data.LabelledImages;
import io.dms.model.Shape;
import io.dms.model.UserException;
import io.dms.runtime.Backend;
import io.dms.schedule.Budgets;
import io.dms.schedule.CatalogTable;
import io.dms.schedule.Scheduler;
import io.dms.schedule.Schedulers;
import io.dms.schedule.State;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Task;
import io.dms.schedule.catalog.Variant;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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

    private ScheduleRun() {}

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
            State state = new State(new CatalogTable(catalog), left, System.nanoTime());
            Scheduler scheduler = Schedulers.of(wish.scheduler(), state.table(), state);
            Residents residents = new Residents(catalog, state, scheduler, executor);
            RunTally tally = new RunTally(catalog, System.nanoTime());
            new ScheduleLoop(
                            catalog,
                            state,
                            scheduler,
                            executor,
                            residents,
                            desk,
                            tally,
                            any ? new EveryOther(images, 1) : images,
                            streams)
                    .serve(wish, cancelled);
            notes.addAll(desk.notes());
            return tally.account(
                    wish.scheduler(),
                    desk.accounts(),
                    Arrays.stream(streams)
                            .filter(Objects::nonNull)
                            .map(TaskStream::account)
                            .toList(),
                    residents.loads(),
                    residents.mostBytes(),
                    notes);
        }
    }

    private static Budgets less(Budgets b, long bytes) {
        return new Budgets(
                b.joules(), b.watts(), b.dollars(), Math.max(0, b.memoryBytes() - bytes), b.horizonSeconds());
    }
}
