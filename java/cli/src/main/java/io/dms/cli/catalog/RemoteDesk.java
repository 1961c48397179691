package io.dms.cli.catalog;

import io.dms.model.UserException;
import io.dms.schedule.State;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Variant;
import io.dms.serve.client.ClientOptions;
import io.dms.serve.client.RemoteAnswer;
import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.TensorData;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The servers that variants of a catalog run on. Requests for them run on threads of their own, so that the device goes
 * on meanwhile; who serves the stream fetches the answers. A server that can't be reached is asked now and then whether
 * it is back. One thread asks and fetches.
 */
final class RemoteDesk implements AutoCloseable {
    private static final int THREADS = 16;
    private static final long FIRST_PROBES_NANOS = 12_000_000_000L;
    private static final long CLOSE_SECONDS = 15;

    /**
     * A request that a server was asked.
     *
     * @param index of the variant in the catalog
     * @param standby what was to answer where the server does not, or null
     */
    record Asked(
            int index, Variant variant, @Nullable Variant standby, long arrivalNanos, long deadlineNanos, int image) {}

    /** What came of one, and when. */
    record Answered(Asked asked, RemoteAnswer answer, long endNanos) {}

    private final CatalogExecutor executor;
    private final RemoteWay way;
    private final Map<String, RemoteServer> servers = new LinkedHashMap<>();
    private final Map<String, RemoteModel> models = new LinkedHashMap<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, r -> {
        Thread t = new Thread(r, "dms-remote");
        t.setDaemon(true);
        return t;
    });
    private final BlockingQueue<Answered> answers = new LinkedBlockingQueue<>();
    private int inFlight;

    /**
     * Asks each server for its models; waits a little for the first answers.
     *
     * @param height of the images that variants are asked about, in pixels
     * @param width likewise
     * @throws UserException if a variant does not say how to ask for it, or a server has no such model
     */
    RemoteDesk(Catalog catalog, CatalogExecutor executor, RemoteWay way, int height, int width) {
        this.executor = executor;
        this.way = way;
        try {
            for (Variant v : catalog.variants()) {
                if (v.place() != Place.DEVICE) {
                    RemoteSpec spec = RemoteSpec.of(v, way.server());
                    RemoteServer server = servers.computeIfAbsent(
                            spec.address(),
                            a -> new RemoteServer(ClientOptions.of(a).withSecurity(way.token(), way.trust())));
                    RemoteModel model = new RemoteModel(v, spec, server, height, width);
                    server.add(model);
                    models.put(v.id(), model);
                }
            }
            servers.values().forEach(s -> s.probe(threads, System.nanoTime()));
            long until = System.nanoTime() + FIRST_PROBES_NANOS;
            for (RemoteServer s : servers.values()) {
                s.await(until);
            }
            for (RemoteModel m : models.values()) {
                String complaint = m.complaint();
                if (complaint != null) {
                    throw new UserException(complaint);
                }
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** True where the catalog names any server. */
    boolean any() {
        return !servers.isEmpty();
    }

    /**
     * Tells the state how the link is: up where any server can be reached, with the figures of the slowest of those; asks
     * those that are lost whether they are back.
     */
    void link(State state, long now) {
        boolean up = false;
        double trip = 0;
        double bytes = Double.POSITIVE_INFINITY;
        for (RemoteServer s : servers.values()) {
            if (s.isUp(now)) {
                up = true;
                trip = Math.max(trip, s.client().network().roundTripSeconds());
                bytes = Math.min(bytes, s.client().network().sendBytesPerSecond());
            } else {
                s.probe(threads, now);
            }
        }
        state.link(up, trip, way.sendJoules(), 0, bytes);
    }

    /** Sends a request off; its answer comes by {@link #poll}. A standby has to be loaded. */
    void ask(Asked a, FloatBuffer frame) {
        RemoteModel model = models.get(a.variant().id());
        if (model == null) {
            throw new IllegalArgumentException(a.variant().id() + " needs no server");
        }
        Variant by = a.standby();
        TensorData image = model.image(frame);
        CatalogExecutor.Borrowed standby = by == null ? null : executor.borrow(by);
        CatalogExecutor.Borrowed trunk = model.isSplit() ? executor.borrow(a.variant()) : null;
        inFlight++;
        model.server().sent();
        threads.execute(() -> {
            RemoteAnswer answer;
            try {
                answer = model.serve(image, a.deadlineNanos(), standby, trunk);
            } catch (UserException e) {
                answer = new RemoteAnswer(
                        RemoteAnswer.From.REFUSED, null, InferenceException.invalid(String.valueOf(e.getMessage())), 0);
            } finally {
                if (standby != null) {
                    standby.close();
                }
                if (trunk != null) {
                    trunk.close();
                }
            }
            answers.add(new Answered(a, answer, System.nanoTime()));
        });
    }

    /**
     * An answer that has come, or null where none comes in time.
     *
     * @param nanos how long to wait for one
     */
    @Nullable
    Answered poll(long nanos) {
        try {
            Answered done = nanos <= 0 ? answers.poll() : answers.poll(nanos, TimeUnit.NANOSECONDS);
            if (done != null) {
                inFlight--;
                RemoteModel model = models.get(done.asked().variant().id());
                if (model != null) {
                    model.server().ended(done.answer());
                }
            }
            return done;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** Requests whose answers have not been fetched. */
    int inFlight() {
        return inFlight;
    }

    /** Which servers could not be reached at the end, one line each. */
    List<String> notes() {
        List<String> out = new ArrayList<>();
        servers.forEach((address, s) -> {
            if (!s.isUp(System.nanoTime())) {
                out.add("the server at " + address + " can't be reached");
            }
        });
        return out;
    }

    /** What each server did. */
    List<RunAccount.Server> accounts() {
        List<RunAccount.Server> out = new ArrayList<>();
        servers.forEach((address, s) -> out.add(s.account(address)));
        return out;
    }

    @Override
    public void close() {
        threads.shutdownNow();
        servers.values().forEach(s -> s.client().close());
        try {
            if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("requests to servers do not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
