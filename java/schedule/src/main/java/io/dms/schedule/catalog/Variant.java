package io.dms.schedule.catalog;

import io.dms.model.ModelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One way to serve a task, with all that it costs. Costs of what it {@linkplain #requires requires} stand with the
 * fragments and are not repeated here; costs of the link to a server (round trip, energy of sending) stand with the link.
 *
 * @param id unique among variants and fragments
 * @param task that it serves
 * @param place where it runs
 * @param kind how it was made
 * @param accuracy of its answers
 * @param memoryBytes on the device while it is loaded, without its fragments
 * @param load what loading takes: on the device, or for {@link Place#CLOUD} on the server if it is cold there
 * @param run what one request takes: seconds of the device, or for {@link Place#CLOUD} of the server; for
 *     {@link Place#SPLIT} of the device, the server's being {@code serverSeconds}
 * @param serverSeconds of the server's part of a split variant; for others 0
 * @param dollars price of one request
 * @param sentBytes to the server for one request
 * @param receivedBytes from the server for one request
 * @param requires ids of fragments that must be loaded, too
 * @param fallback id of the variant that answers what this one knows to be beyond it, or, for a variant that needs a
 *     server, what this one loses with the server; or null
 * @param fallsThrough share of the requests in its contexts that its fallback answers, as it was measured; null where it
 *     was not, or for a variant that needs a server
 * @param implementation what an executor needs to run it, as in {@code model} and {@code level}; the scheduler does not
 *     look at it
 * @param uncertain which of its figures are in doubt and why, for people
 */
public record Variant(
        String id,
        String task,
        Place place,
        Kind kind,
        Accuracy accuracy,
        long memoryBytes,
        Cost load,
        Cost run,
        double serverSeconds,
        double dollars,
        long sentBytes,
        long receivedBytes,
        List<String> requires,
        @Nullable String fallback,
        @Nullable Double fallsThrough,
        Map<String, String> implementation,
        List<String> uncertain) {
    /** @throws ModelException if it contradicts itself */
    public Variant {
        requires = List.copyOf(requires);
        implementation = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(implementation));
        uncertain = List.copyOf(uncertain);
        least(id, "memory", (double) memoryBytes);
        least(id, "server seconds", serverSeconds);
        least(id, "dollars", dollars);
        least(id, "sent bytes", (double) sentBytes);
        least(id, "received bytes", (double) receivedBytes);
        if (place == Place.DEVICE && (dollars > 0 || sentBytes > 0 || receivedBytes > 0 || serverSeconds > 0)) {
            throw new ModelException(
                    "variant " + id
                            + " contradicts itself: it runs on the device, yet has a price, a server's time or bytes on the wire");
        }
        if (place == Place.CLOUD && (memoryBytes > 0 || !requires.isEmpty())) {
            throw new ModelException("variant " + id
                    + " contradicts itself: it runs on a server, yet takes memory or fragments of the device");
        }
        if (place == Place.CLOUD && serverSeconds > 0) {
            throw new ModelException(
                    "variant " + id
                            + " contradicts itself: wholly on a server, its time is that of its run, so server seconds must be 0");
        }
        if ((kind == Kind.REMOTE) == (place == Place.DEVICE)) {
            throw new ModelException(
                    "variant " + id + " contradicts itself: kind " + kind.word() + " at place " + place.word());
        }
        if (fallsThrough != null && (fallback == null || place != Place.DEVICE)) {
            throw new ModelException("variant " + id
                    + " contradicts itself: a share falls through, yet it has no fallback that answers beside it");
        }
        if (fallsThrough != null && !(fallsThrough >= 0 && fallsThrough <= 1)) {
            throw new ModelException(
                    "variant " + id + ": the share that falls through must be between 0 and 1, but is " + fallsThrough);
        }
        if ((kind == Kind.SHARED || kind == Kind.LEVEL) && requires.isEmpty()) {
            throw new ModelException("variant " + id + " contradicts itself: kind " + kind.word()
                    + " without the fragment that it shares");
        }
    }

    private static void least(String id, String what, double v) {
        if (!(v >= 0) || Double.isInfinite(v)) {
            throw new ModelException("variant " + id + ": " + what + " must be at least 0, but is " + v);
        }
    }

    /** A variant that costs nothing yet; see {@link Builder}. */
    public static Builder of(String id, String task, Place place, Kind kind, Accuracy accuracy) {
        return new Builder(id, task, place, kind, accuracy);
    }

    /** Names the figures of a variant; what is not named is 0, none or absent. Not thread-safe. */
    public static final class Builder {
        private final String id;
        private final String task;
        private final Place place;
        private final Kind kind;
        private final Accuracy accuracy;
        private long memoryBytes;
        private Cost load = Cost.NONE;
        private Cost run = Cost.NONE;
        private double serverSeconds;
        private double dollars;
        private long sentBytes;
        private long receivedBytes;
        private List<String> requires = List.of();
        private @Nullable String fallback;
        private @Nullable Double fallsThrough;
        private Map<String, String> implementation = Map.of();
        private List<String> uncertain = List.of();

        private Builder(String id, String task, Place place, Kind kind, Accuracy accuracy) {
            this.id = id;
            this.task = task;
            this.place = place;
            this.kind = kind;
            this.accuracy = accuracy;
        }

        /** See {@link Variant#memoryBytes}. */
        public Builder memoryBytes(long v) {
            memoryBytes = v;
            return this;
        }

        /** See {@link Variant#load}. */
        public Builder load(double seconds, @Nullable Double joules) {
            load = new Cost(seconds, joules);
            return this;
        }

        /** See {@link Variant#run}. */
        public Builder run(double seconds, @Nullable Double joules) {
            run = new Cost(seconds, joules);
            return this;
        }

        /** See {@link Variant#serverSeconds}. */
        public Builder serverSeconds(double v) {
            serverSeconds = v;
            return this;
        }

        /** See {@link Variant#dollars}. */
        public Builder dollars(double v) {
            dollars = v;
            return this;
        }

        /** See {@link Variant#sentBytes} and {@link Variant#receivedBytes}. */
        public Builder wire(long sent, long received) {
            sentBytes = sent;
            receivedBytes = received;
            return this;
        }

        /** See {@link Variant#requires}. */
        public Builder requires(String... fragments) {
            requires = List.of(fragments);
            return this;
        }

        /** See {@link Variant#fallback}. */
        public Builder fallback(@Nullable String variant) {
            fallback = variant;
            return this;
        }

        /** See {@link Variant#fallsThrough}. */
        public Builder fallsThrough(@Nullable Double share) {
            fallsThrough = share;
            return this;
        }

        /** See {@link Variant#implementation}. */
        public Builder implementation(Map<String, String> v) {
            implementation = v;
            return this;
        }

        /** See {@link Variant#uncertain}. */
        public Builder uncertain(List<String> v) {
            uncertain = v;
            return this;
        }

        /** @throws ModelException if the variant contradicts itself */
        public Variant build() {
            return new Variant(
                    id,
                    task,
                    place,
                    kind,
                    accuracy,
                    memoryBytes,
                    load,
                    run,
                    serverSeconds,
                    dollars,
                    sentBytes,
                    receivedBytes,
                    requires,
                    fallback,
                    fallsThrough,
                    implementation,
                    uncertain);
        }
    }
}
