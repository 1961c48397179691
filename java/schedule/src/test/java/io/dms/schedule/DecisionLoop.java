package io.dms.schedule;

import java.util.SplittableRandom;

/** Requests of a day without anything around them: what deciding alone costs. */
final class DecisionLoop {
    private final State state;
    private final Scheduler scheduler;
    private final CatalogTable table;
    private final Decision decision;
    private final Request request = new Request();
    private final Outcome outcome = new Outcome();
    private final SplittableRandom random = new SplittableRandom(7);
    private long clock;

    /** Nanoseconds of the last decision and of the planning behind it. */
    long decideNanos;

    long planNanos;

    DecisionLoop(String name, CatalogTable table) {
        this.table = table;
        state = new State(table, new Budgets(72_000.0, null, 0.0667, 600_000_000L, 36_000), 0);
        scheduler = Schedulers.of(name, table, state);
        decision = new Decision(table);
    }

    void run(int requests) {
        for (int i = 0; i < requests; i++) {
            step();
        }
    }

    void step() {
        clock += (long) (random.nextDouble() * 2e9);
        state.at(clock);
        state.link(clock / 1_000_000_000L % 600 < 450, 0.1, 0.1, 0, Double.POSITIVE_INFINITY);
        request.task = random.nextInt(table.tasks());
        request.context = request.task == 0 ? (int) (clock / 1_000_000_000L / 900 % table.contexts()) : 0;
        request.frame++;
        request.arrivalNanos = clock;
        request.deadlineNanos = clock + 1_000_000_000L;
        long from = System.nanoTime();
        scheduler.decide(request, state, decision);
        decideNanos = System.nanoTime() - from;
        perform();
        from = System.nanoTime();
        scheduler.plan(state, decision);
        planNanos = System.nanoTime() - from;
        perform();
    }

    private void perform() {
        for (int a = 0; a < decision.actions(); a++) {
            int i = decision.index(a);
            switch (decision.action(a)) {
                case UNLOAD -> state.unloaded(i);
                case LOAD -> {
                    state.loaded(i, clock);
                    state.spend(table.unitLoadJoules(i), 0);
                }
                case RUN -> {
                    outcome.index = i;
                    outcome.load = false;
                    outcome.catalogSeconds = state.deviceSeconds(i, request);
                    outcome.seconds = outcome.catalogSeconds * (0.9 + 0.2 * random.nextDouble());
                    outcome.catalogJoules = state.joules(i, request);
                    outcome.joules = outcome.catalogJoules * (0.9 + 0.2 * random.nextDouble());
                    state.spend(outcome.joules, table.dollars(i, request.context));
                    scheduler.observe(outcome);
                }
            }
        }
    }
}
