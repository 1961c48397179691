package io.dms.control;

import io.dms.monitor.MonitorEvent;

/** Always the same level, as far as it may be chosen: what a model without levels does, and what others are held against. */
final class FixedController implements Controller {
    private final int level;
    private final Availability availability;

    FixedController(int levels, int level) {
        this.level = level;
        availability = new Availability(levels);
    }

    @Override
    public String name() {
        return "fixed";
    }

    @Override
    public int choose(Moment moment) {
        availability.next();
        return availability.may(level) ? level : availability.nearest(level);
    }

    @Override
    public void observe(Outcome outcome) {
        if (outcome.failed()) {
            availability.failed(outcome.level());
        } else {
            availability.worked(outcome.level());
        }
    }

    @Override
    public void bound(int widest, int narrowest) {
        availability.bound(widest, narrowest);
    }

    @Override
    public void on(MonitorEvent event) {}
}
