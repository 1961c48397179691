package io.dms.serve;

import io.dms.model.Profile;
import io.dms.model.UserException;
import io.dms.serve.protocol.InferRequest;
import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.Parameters;
import io.dms.serve.protocol.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * What answers requests, whatever way they come: models, a bounded queue, and workers, each a thread with sessions of its
 * own. Thread-safe.
 */
final class Engine implements AutoCloseable {
    private final ServerOptions options;
    private final Map<String, ServedModel> models = new LinkedHashMap<>();
    private final BlockingQueue<Job> queue;
    private final Semaphore places;
    private final List<Worker> workers = new ArrayList<>();
    private volatile boolean draining;

    /**
     * Opens all sessions.
     *
     * @throws UserException if two models have one name, or the backend can't run one
     * @throws io.dms.model.EnvironmentException if a library or device is missing
     */
    Engine(List<ModelSpec> specs, ServerOptions options) {
        this.options = options;
        this.queue = new ArrayBlockingQueue<>(options.maxConcurrent());
        this.places = new Semaphore(options.maxConcurrent());
        if (specs.isEmpty()) {
            throw new UserException("a server needs at least one model");
        }
        for (ModelSpec spec : specs) {
            ServedModel m = new ServedModel(spec, options.backend(), options.maxBatch());
            if (models.put(spec.name(), m) != null) {
                throw new UserException(
                        "two models are called " + spec.name() + ": name one otherwise, as in NAME=FILE");
            }
        }
        try {
            Map<ServedModel, Profile> profiles = new LinkedHashMap<>();
            for (int w = 0; w < options.workersHere(); w++) {
                Map<ServedModel, Seat> seats = new LinkedHashMap<>();
                workers.add(new Worker("serve-" + w, queue, seats));
                for (ServedModel m : models.values()) {
                    Profile given = m.spec().profile();
                    Seat seat = new Seat(m, options, given == null ? profiles.get(m) : given);
                    seats.put(m, seat);
                    profiles.putIfAbsent(m, seat.profile());
                }
            }
        } catch (RuntimeException | Error e) {
            workers.forEach(Worker::end);
            throw e;
        }
        workers.forEach(Worker::start);
    }

    ServerOptions options() {
        return options;
    }

    /** All models, in the order given. */
    Collection<ServedModel> models() {
        return Collections.unmodifiableCollection(models.values());
    }

    /** True until the server is told to end. */
    boolean ready() {
        return !draining;
    }

    /**
     * A model of a name.
     *
     * @param version empty for any
     * @throws InferenceException if there is none
     */
    ServedModel model(String name, String version) {
        ServedModel m = models.get(name);
        if (m == null) {
            throw new InferenceException(
                    Refusal.NOT_FOUND,
                    "there is no model of this name; there are " + String.join(", ", models.keySet()));
        }
        if (!version.isEmpty() && !version.equals(ServedModel.VERSION)) {
            throw new InferenceException(
                    Refusal.NOT_FOUND, "model " + name + " has only version " + ServedModel.VERSION);
        }
        return m;
    }

    /**
     * Takes a request on. The reply is told once, later and from another thread, unless this throws.
     *
     * @param arrivalNanos when it was there
     * @param deadlineNanos when its answer is worth nothing any more, {@link Long#MAX_VALUE} for never
     * @param cancelled whether whoever asked has gone
     * @throws InferenceException if it can't be served: the reply is not told
     */
    void submit(
            InferRequest request, long arrivalNanos, long deadlineNanos, BooleanSupplier cancelled, Job.Reply reply) {
        ServedModel m = model(request.model(), request.version());
        Plan plan;
        long deadline;
        try {
            plan = m.check(request);
            deadline = Math.min(deadlineNanos, ownDeadline(request, arrivalNanos));
        } catch (InferenceException e) {
            m.statistics().failed(System.nanoTime() - arrivalNanos);
            throw e;
        }
        if (draining) {
            throw new InferenceException(Refusal.UNAVAILABLE, "the server is shutting down");
        }
        if (!places.tryAcquire()) {
            m.statistics().failed(System.nanoTime() - arrivalNanos);
            throw new InferenceException(
                    Refusal.BUSY, "the server is busy with " + options.maxConcurrent() + " requests: try again later");
        }
        Job job = new Job(plan, arrivalNanos, deadline, cancelled, reply, places::release);
        if (!queue.offer(job)) {
            job.refuse(new InferenceException(Refusal.INTERNAL, "the queue is full"));
        } else if (workers.stream().allMatch(Worker::ended) && queue.remove(job)) {
            job.refuse(new InferenceException(Refusal.UNAVAILABLE, "the server is shutting down"));
        }
    }

    private static long ownDeadline(InferRequest r, long arrivalNanos) {
        Object micros = r.parameters().get(Parameters.TIMEOUT);
        if (micros == null) {
            return Long.MAX_VALUE;
        }
        if (!(micros instanceof Long n) || n < 0) {
            throw InferenceException.invalid("parameter timeout must be a number of microseconds of at least 0");
        }
        return n == 0 || n > 1_000_000_000_000L ? Long.MAX_VALUE : arrivalNanos + TimeUnit.MICROSECONDS.toNanos(n);
    }

    /** Refuses new requests and waits for those that run. */
    boolean drain(Duration grace) {
        draining = true;
        try {
            if (places.tryAcquire(options.maxConcurrent(), grace.toMillis(), TimeUnit.MILLISECONDS)) {
                places.release(options.maxConcurrent());
                return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /** Ends the workers; what still waits is refused. Idempotent. */
    @Override
    public void close() {
        draining = true;
        workers.forEach(Worker::end);
        for (Job job = queue.poll(); job != null; job = queue.poll()) {
            job.refuse(new InferenceException(Refusal.UNAVAILABLE, "the server is shutting down"));
        }
    }
}
