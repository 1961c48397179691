package io.dms.schedule.sim;

import io.dms.schedule.CatalogTable;
import io.dms.schedule.Decision;
import io.dms.schedule.Outcome;
import io.dms.schedule.Reason;
import io.dms.schedule.Request;
import io.dms.schedule.Scheduler;
import io.dms.schedule.Schedulers;
import io.dms.schedule.State;
import io.dms.schedule.catalog.Task;
import java.util.SplittableRandom;

/**
 * Plays a trace to a scheduler: a device with one executor and one loader, side by side, a server without a queue, a link
 * that comes and goes. A request that is on its way to the server when the link goes down is decided once more, with
 * what is left of its time.
 */
public final class Simulation {
    private final Scene scene;
    private final CatalogTable table;
    private final State state;
    private final Scheduler scheduler;
    private final Tally tally;
    private final Decision decision;
    private final Outcome outcome = new Outcome();
    private final Request request = new Request();
    private final SplittableRandom random;
    private final double[] deadlines;

    private Simulation(Scene scene, String name) {
        this.scene = scene;
        table = scene.table();
        state = new State(table, scene.budgets(), 0);
        scheduler = Schedulers.of(name, table, state);
        tally = new Tally(name, scene.trace().seconds(), table.variants());
        decision = new Decision(table);
        random = new SplittableRandom(scene.seed());
        deadlines = new double[table.tasks()];
        for (int t = 0; t < deadlines.length; t++) {
            Task task = table.catalog().tasks().get(t);
            Double d = task.deadlineSeconds();
            deadlines[t] = d == null ? Double.POSITIVE_INFINITY : d;
        }
    }

    /** Runs a scene under the scheduler of a name. */
    public static Tally run(Scene scene, String scheduler) {
        Simulation s = new Simulation(scene, scheduler);
        for (int i = 0; i < scene.trace().size(); i++) {
            s.step(i);
        }
        return s.tally;
    }

    private void step(int i) {
        Trace trace = scene.trace();
        request.id = i;
        request.task = trace.task[i];
        request.context = trace.context[i];
        request.frame = trace.frame[i];
        request.arrivalNanos = trace.arrivalNanos[i];
        double deadline = scene.deadlines() ? deadlines[request.task] : Double.POSITIVE_INFINITY;
        request.deadlineNanos =
                Double.isInfinite(deadline) ? Request.NO_DEADLINE : request.arrivalNanos + (long) (deadline * 1e9);
        state.at(request.arrivalNanos);
        link(trace.connectedAt(request.arrivalNanos));
        tally.request(request.arrivalNanos * 1e-9);
        scheduler.decide(request, state, decision);
        if (!perform(i, trace.nextDown(request.arrivalNanos))) {
            again(i, trace.nextDown(request.arrivalNanos));
        }
        scheduler.plan(state, decision);
        for (int a = 0; a < decision.actions(); a++) {
            move(a);
        }
    }

    private void link(boolean up) {
        state.link(up, scene.roundTripSeconds(), scene.sendJoules(), 0, Double.POSITIVE_INFINITY);
    }

    /** Decides once more, without the server. */
    private void again(int i, long downNanos) {
        tally.countRetry();
        link(false);
        if (request.deadlineNanos != Request.NO_DEADLINE) {
            request.deadlineNanos -= downNanos - request.arrivalNanos;
        }
        scheduler.decide(request, state, decision);
        if (decision.variant < 0) {
            tally.refused(Reason.FAILED);
            return;
        }
        perform(i, Long.MAX_VALUE);
    }

    /** Does what was decided; false if the server was lost on the way. */
    private boolean perform(int i, long downNanos) {
        if (decision.variant < 0) {
            tally.refused(decision.reason);
            return true;
        }
        int v = decision.variant;
        for (int a = 0; a < decision.actions() - 1; a++) {
            move(a);
        }
        if (!state.isResident(v)) {
            tally.refused(Reason.DEADLINE);
            return true;
        }
        double factor = scene.deviceFactor() * noise();
        double catalogSeconds = state.deviceSeconds(v, request);
        double seconds = catalogSeconds * factor;
        double remote = table.needsServer(v) ? state.remoteSeconds(v, request) : 0;
        double catalogJoules = state.joules(v, request);
        double joules = table.onDevice(v) ? catalogJoules * factor : catalogJoules;
        long begin = state.beginNanos(v);
        if (begin > decision.latestNanos(decision.actions() - 1)) {
            tally.refused(Reason.DEADLINE);
            return true;
        }
        long answer = begin + (long) ((seconds + remote) * 1e9);
        double price = table.dollars(v, request.context);
        state.spend(joules, price);
        tally.run(joules, price);
        if (table.onDevice(v)) {
            state.deviceFree(begin + (long) (seconds * 1e9));
            state.ranVariant(v, request.frame);
        }
        outcome.index = v;
        outcome.load = false;
        outcome.failed = table.needsServer(v) && answer > downNanos;
        outcome.catalogSeconds = catalogSeconds;
        outcome.seconds = seconds;
        outcome.catalogJoules = catalogJoules;
        outcome.joules = joules;
        scheduler.observe(outcome);
        if (outcome.failed) {
            return false;
        }
        if (answer > request.deadlineNanos) {
            tally.countLate();
        } else {
            double second = scene.trace().arrivalSeconds(i);
            tally.served(second, v, table.place(v), table.accuracy(v, request.context), decision.degraded);
        }
        return true;
    }

    private double noise() {
        if (scene.noise() == 0) {
            return 1;
        }
        // Irwin-Hall with 12 terms is as good as normal here.
        double sum = -6;
        for (int k = 0; k < 12; k++) {
            sum += random.nextDouble();
        }
        return Math.exp(scene.noise() * sum);
    }

    private void move(int a) {
        int u = decision.index(a);
        if (decision.action(a) == Decision.Action.UNLOAD) {
            state.unloaded(u);
            return;
        }
        long begin = Math.max(state.nowNanos(), state.loaderFreeNanos());
        if (begin > decision.latestNanos(a) || state.isLoaded(u)) {
            return;
        }
        double factor = scene.deviceFactor() * noise();
        double seconds = table.unitLoadSeconds(u) * factor;
        double joules = table.unitLoadJoules(u) * factor;
        long end = begin + (long) (seconds * 1e9);
        state.loaderFree(end);
        state.loaded(u, end);
        state.spend(joules, 0);
        tally.load(joules);
        outcome.index = u;
        outcome.load = true;
        outcome.failed = false;
        outcome.catalogSeconds = table.unitLoadSeconds(u);
        outcome.seconds = seconds;
        outcome.catalogJoules = table.unitLoadJoules(u);
        outcome.joules = joules;
        scheduler.observe(outcome);
    }
}
