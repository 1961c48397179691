package io.dms.backend.cudnn;

import io.dms.cuda.DeviceException;
import io.dms.cuda.DeviceMemory;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What may compute one layer at one level in the place of the interface that all devices have: offers, and the plan that was taken
 * of one of them, which this owns. Without a plan the legacy interface runs. A plan is found or made while a level is prepared,
 * and never later.
 */
final class Alternatives implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Alternatives.class);

    private final String step;
    private final Device device;
    private final List<? extends Offer> offers;
    private final String key;
    private boolean settled;
    private @Nullable Offer offer;
    private @Nullable Prepared plan;
    private String chosen = "";

    /**
     * @param key under which a choice among the offers is remembered; differs wherever another one might be better
     * @param offers of one layer, the one that does the most last
     */
    Alternatives(Device device, String step, String key, List<? extends Offer> offers) {
        this.step = step;
        this.device = device;
        this.offers = offers;
        this.key = key;
    }

    /** True once a plan was made, or the legacy algorithm was found to be as good. */
    boolean isSettled() {
        return settled;
    }

    /** True where a search is needed. */
    boolean isUnknown() {
        return !settled && device.algorithms.plan(key) == null;
    }

    /** Bytes of scratch memory. */
    long workspace() {
        Prepared p = plan;
        return p == null ? 0 : p.workspace();
    }

    /**
     * Makes the plan that is remembered, or searches one and remembers it.
     *
     * @param legacy runs what the plan would stand for
     * @param work scratch memory for trials; null where there is none, and nothing is searched
     */
    void settle(Runnable legacy, @Nullable DeviceMemory work) {
        if (settled) {
            return;
        }
        AlgorithmCache.Plan known = device.algorithms.plan(key);
        if (known != null) {
            settled = true;
            Recipe way = known.way();
            if (way != null) {
                remake(known.offer(), way);
            }
        } else if (work != null) {
            search(legacy, work);
        }
    }

    private void remake(int number, Recipe way) {
        Prepared made = null;
        try {
            if (number < 0 || number >= offers.size()) {
                throw new DeviceException(DeviceException.Kind.UNSUPPORTED, "no such fusion");
            }
            made = offers.get(number).make(way);
            if (made.workspace() > Device.workspaceLimit()) {
                throw new DeviceException(DeviceException.Kind.UNSUPPORTED, "too much scratch memory");
            }
            take(offers.get(number), way, made);
        } catch (DeviceException e) {
            if (made != null) {
                made.close();
            }
            refused(e, way.toString());
        }
    }

    private void take(Offer o, Recipe way, Prepared made) {
        offer = o;
        plan = made;
        chosen = way.toString();
    }

    /** A plan that was remembered can't be had: forgotten, so that the next preparation searches. */
    private void refused(DeviceException e, String way) {
        if (!e.isRefusal()) {
            throw e;
        }
        device.algorithms.removePlan(key);
        device.warn(
                "a plan that was remembered is refused, the legacy algorithm runs instead and plans are searched again"
                        + " at the next start (node " + step + ", " + way + ": " + e.getMessage() + ")");
    }

    private void search(Runnable legacy, DeviceMemory work) {
        Offer any = offers.get(offers.size() - 1);
        List<View> scratch = offers.stream()
                .flatMap(o -> o.route().scratch().stream())
                .distinct()
                .toList();
        try (Trial trial =
                new Trial(device, any.route().x(), any.z(), any.route().result(), scratch)) {
            settled = true;
            if (!trial.reference(legacy)) {
                LOG.debug("node {}: no plan can be held to a result that is zero or no number", step);
                return;
            }
            PlanSearch search = new PlanSearch(device.stopwatch, work.bytes(), device.tolerance());
            PlanSearch.Found found = search.search(step, offers, trial, legacy, work.address());
            if (found == null) {
                device.algorithms.put(key, new AlgorithmCache.Plan(null, 0));
                return;
            }
            take(found.offer(), found.way(), found.plan());
            device.algorithms.put(key, new AlgorithmCache.Plan(found.way(), offers.indexOf(found.offer())));
        } catch (DeviceException e) {
            if (e.kind() != DeviceException.Kind.OUT_OF_MEMORY) {
                throw e;
            }
            LOG.debug("node {}: no memory to try plans ({})", step, e.getMessage());
        }
    }

    /** Runs the plan once, where there is one; one that a call refuses gives way to the legacy algorithm. */
    void tryOut() {
        Prepared p = plan;
        if (p == null) {
            return;
        }
        try {
            run();
        } catch (DeviceException e) {
            plan = null;
            p.close();
            refused(e, chosen);
        }
    }

    /** Enqueues the plan and what is behind it; false where there is none. */
    boolean run() {
        Prepared p = plan;
        Offer o = offer;
        if (p == null || o == null) {
            return false;
        }
        o.run(p, device.workspaceAddress());
        return true;
    }

    /** Where the plan that was taken reads and writes. */
    Route route() {
        return taken().route();
    }

    /** What is done behind it. */
    Behind behind() {
        return taken().behind();
    }

    private Offer taken() {
        Offer o = offer;
        if (o == null) {
            throw new IllegalStateException("no plan was taken");
        }
        return o;
    }

    boolean hasPlan() {
        return plan != null;
    }

    /** For people; empty without a plan. */
    String describe() {
        Offer o = offer;
        return plan == null || o == null
                ? ""
                : o.library() + " " + chosen + ", workspace " + workspace() + " B"
                        + (o.isFused() ? ", fused" : "")
                        + o.behind().describe()
                        + (o.route().gathered() == null ? "" : ", image copied");
    }

    @Override
    public void close() {
        Prepared p = plan;
        plan = null;
        if (p != null) {
            p.close();
        }
    }
}
