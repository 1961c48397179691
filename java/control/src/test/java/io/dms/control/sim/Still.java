package io.dms.control.sim;

import io.dms.control.Controller;
import io.dms.control.Moment;
import io.dms.control.Outcome;
import io.dms.monitor.MonitorEvent;
import java.util.ArrayList;
import java.util.List;

/** A controller for tests: always one level, and it remembers what it was told. */
class Still implements Controller {
    int level;
    int widest;
    int narrowest = Integer.MAX_VALUE;
    long observed;
    double lastWatts = Double.NaN;
    double lastShare = Double.NaN;
    boolean lastThrottled;
    long lastEnd;
    final List<MonitorEvent> events = new ArrayList<>();

    Still(int level) {
        this.level = level;
    }

    @Override
    public String name() {
        return "still";
    }

    @Override
    public int choose(Moment moment) {
        lastWatts = moment.powerWatts();
        lastShare = moment.clockShare();
        lastThrottled = moment.throttled();
        return Math.max(widest, Math.min(narrowest, level));
    }

    @Override
    public void observe(Outcome outcome) {
        observed++;
        lastEnd = outcome.endNanos();
    }

    @Override
    public void on(MonitorEvent event) {
        events.add(event);
    }

    @Override
    public void bound(int from, int to) {
        widest = from;
        narrowest = to;
    }
}
