package io.dms.cli.catalog;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came of serving a stream of requests: every request stands in exactly one of answered, late and refused.
 *
 * @param scheduler its name
 * @param requests in all
 * @param answered in time
 * @param late answered behind their deadline
 * @param refused by reason
 * @param right answers in time that name the image's class, among those whose class is known
 * @param judged answers in time whose image has a class in the task
 * @param variants those that were chosen, in the catalog's order
 * @param servers that were asked, in the catalog's order
 * @param streams tasks whose specialised heads came and went by the on-line rule
 * @param loads of models and heads
 * @param meanMillis from arrival to answer
 * @param mostBytes most that was held at once
 * @param notes what a reader should know, one line each
 * @param samples each request's end, as far as there is room
 */
public record RunAccount(
        String scheduler,
        int requests,
        int answered,
        int late,
        Map<String, Integer> refused,
        int right,
        int judged,
        List<Line> variants,
        List<Server> servers,
        List<Stream> streams,
        int loads,
        double meanMillis,
        long mostBytes,
        List<String> notes,
        List<Sample> samples) {
    /**
     * What one variant did.
     *
     * @param place as in the catalog
     * @param chosen how often a request was given to it
     * @param itself answers by it, late ones too
     * @param stoodIn answers by a variant on the device in its place, since its server was lost or not expected in time
     * @param refused requests that neither answered
     */
    public record Line(String id, String place, int chosen, int itself, int stoodIn, int refused) {}

    /**
     * What one server did.
     *
     * @param asked requests that were meant for it
     * @param answered those that it answered
     * @param losses the others, by why
     * @param roundTripMillis NaN where it never answered
     */
    public record Server(String address, int asked, int answered, Map<String, Integer> losses, double roundTripMillis) {
        /** Copies. */
        public Server {
            losses = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(losses));
        }
    }

    /**
     * What specialising did to one task.
     *
     * @param general variant that answers while no head does
     * @param frames that were answered by it or by heads
     * @param byHead answers of heads alone
     * @param generalRuns frames on which the general variant ran
     * @param trained heads
     * @param trainSeconds for all of them
     * @param entered how often a head was entered
     * @param left how often one was left
     */
    public record Stream(
            String task,
            String general,
            long frames,
            long byHead,
            long generalRuns,
            int trained,
            double trainSeconds,
            int entered,
            int left) {}

    /** Who ended a request. */
    public enum End {
        /** A variant on the device. */
        DEVICE,
        /** A specialised head, with its general variant behind it where the scheduler chose a specialised one. */
        HEAD,
        /** A server. */
        SERVER,
        /** A variant on the device in place of a server's. */
        STOOD_IN,
        /** Nobody. */
        REFUSED
    }

    /**
     * One request.
     *
     * @param seconds of its arrival, from the start
     * @param millis from arrival to its end
     */
    public record Sample(double seconds, double millis, End end, boolean late) {}

    /** Copies. */
    public RunAccount {
        refused = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(refused));
        variants = List.copyOf(variants);
        servers = List.copyOf(servers);
        streams = List.copyOf(streams);
        notes = List.copyOf(notes);
        samples = List.copyOf(samples);
    }
}
