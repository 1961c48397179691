package io.dms.cli.catalog;

import io.dms.compiler.data.LabelledImages;
import io.dms.model.Preprocessing;
import io.dms.schedule.CatalogTable;
import io.dms.schedule.Decision;
import io.dms.schedule.Outcome;
import io.dms.schedule.Reason;
import io.dms.schedule.Request;
import io.dms.schedule.Scheduler;
import io.dms.schedule.State;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Kind;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Task;
import io.dms.schedule.catalog.Variant;
import io.dms.serve.client.RemoteAnswer;
import io.dms.serve.protocol.InferResponse;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The loop of {@link ScheduleRun}: each request arrives, is decided, served and accounted for. One thread's. */
final class ScheduleLoop {
    /** A request without a deadline waits for a server no longer than this. */
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    private final Catalog catalog;
    private final CatalogTable table;
    private final State state;
    private final Scheduler scheduler;
    private final CatalogExecutor executor;
    private final Residents residents;
    private final Decision decision;
    private final Outcome outcome = new Outcome();
    private final Request request = new Request();
    private final LabelledImages images;
    private final FloatBuffer frame;
    private final RemoteDesk desk;
    private final RunTally tally;
    private final @Nullable TaskStream[] streams;

    /** @param streams of the tasks whose specialised variants come and go by the on-line rule, null for the others */
    ScheduleLoop(
            Catalog catalog,
            State state,
            Scheduler scheduler,
            CatalogExecutor executor,
            Residents residents,
            RemoteDesk desk,
            RunTally tally,
            LabelledImages images,
            @Nullable TaskStream[] streams) {
        this.catalog = catalog;
        this.table = state.table();
        this.state = state;
        this.scheduler = scheduler;
        this.decision = new Decision(table);
        this.executor = executor;
        this.residents = residents;
        this.desk = desk;
        this.tally = tally;
        this.images = images;
        this.streams = streams;
        this.frame = Workbench.direct(3 * images.width() * images.height());
    }

    /** Serves what is asked for, and waits for what is with servers then. */
    void serve(ScheduleRun.Wish wish, BooleanSupplier cancelled) {
        SplittableRandom random = new SplittableRandom(wish.seed());
        StreamImages drawn = new StreamImages(catalog, images, random);
        int tasks = catalog.tasks().size();
        String context = wish.context();
        long due = System.nanoTime();
        int image = 0;
        for (int i = 0; i < wish.requests() && !cancelled.getAsBoolean(); i++) {
            if (i % tasks == 0) {
                due += (long) (-Math.log(1 - random.nextDouble()) / wish.rate() * tasks * 1e9);
                image = drawn.next(context);
                images.fill(frame, image, 1, Preprocessing.IMAGENET);
            }
            residents.standBy();
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
                residents.follow(decision, a);
            }
            residents.measure();
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

    private int context(Task task, ScheduleRun.Wish wish) {
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

    private void perform(int image) {
        int v = decision.variant;
        if (v < 0) {
            tally.refused(decision.reason, request.arrivalNanos, System.nanoTime());
            return;
        }
        tally.chosen(v);
        for (int a = 0; a < decision.actions() - 1; a++) {
            residents.follow(decision, a);
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
                            v,
                            variant,
                            residents.standby(variant, request.context),
                            request.arrivalNanos,
                            deadline,
                            image),
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
}
