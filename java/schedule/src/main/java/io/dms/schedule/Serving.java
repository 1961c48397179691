package io.dms.schedule;

/** What several schedulers do alike. */
final class Serving {
    private Serving() {}

    /** Serves by a variant on the device, loading it by least recent use, or refuses for want of energy or memory. */
    static void onDevice(int v, Request r, State s, Eviction eviction, Decision out) {
        CatalogTable t = s.table();
        if (t.needsServer(v) && !s.isConnected()) {
            out.refuse(Reason.DISCONNECTED);
            return;
        }
        double joules = t.joules(v, r.context, s, r.frame) + t.missingLoadJoules(v, s);
        if (joules > s.joulesLeft()) {
            out.refuse(Reason.ENERGY);
            return;
        }
        if (t.dollars(v, r.context) > s.dollarsLeft()) {
            out.refuse(Reason.MONEY);
            return;
        }
        if (!s.isResident(v)) {
            eviction.clear();
            if (!eviction.load(v, s, out, Long.MAX_VALUE)) {
                out.refuse(Reason.MEMORY);
                return;
            }
        }
        eviction.use(v);
        run(v, s, out);
    }

    /** Adds the run, whenever it can begin. */
    static void run(int v, State s, Decision out) {
        run(v, s, out, Long.MAX_VALUE);
    }

    /** Adds the run. */
    static void run(int v, State s, Decision out, long latestNanos) {
        out.variant = v;
        out.add(Decision.Action.RUN, v, s.nowNanos(), latestNanos);
    }

    /** Whether what is left pays for a request by a server's variant. */
    static boolean pays(int v, Request r, State s) {
        return s.table().joules(v, r.context, s, r.frame) <= s.joulesLeft()
                && s.table().dollars(v, r.context) <= s.dollarsLeft();
    }
}
