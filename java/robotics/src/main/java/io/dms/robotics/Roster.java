package io.dms.robotics;

import io.dms.model.ModelDigest;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.select.Selector;
import io.dms.select.sample.Candidate;
import io.dms.select.sample.Penultimate;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The candidates of a selector on open sessions: one session for each model, all its levels prepared, so that going on from
 * a level to a wider one loads nothing. Owns the sessions.
 */
final class Roster implements AutoCloseable {
    /**
     * A candidate that can run.
     *
     * @param outputs its scores, and where the selector reads them its penultimate features
     * @param features how many of them, 0 where they are not read
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Runner(Session session, WidthLevel level, FloatBuffer[] outputs, int features) {}

    private final Map<String, Session> sessions = new LinkedHashMap<>();
    private final List<Runner> runners = new ArrayList<>();

    /**
     * Opens sessions for what a selector chooses from.
     *
     * @throws UserException where a candidate is of none of the models
     */
    Roster(Selector selector, List<ScalableModel> models, Backend backend, SessionOptions options) {
        try {
            List<Candidate> candidates = selector.candidates();
            for (int c = 0; c < candidates.size(); c++) {
                runners.add(runner(candidates.get(c), selector.readsEmbedding(c), selector, models, backend, options));
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private Runner runner(
            Candidate c,
            boolean features,
            Selector selector,
            List<ScalableModel> models,
            Backend backend,
            SessionOptions options) {
        ScalableModel model = models.stream()
                .filter(m -> ModelDigest.of(m).equals(c.digest()))
                .findFirst()
                .orElseThrow(() -> new UserException("the selector chooses " + c.id() + " of a network ("
                        + c.digest().substring(0, Math.min(12, c.digest().length()))
                        + ") that is none of the given models; name its file, too, or train the selector again"));
        boolean both = false;
        for (int i = 0; i < selector.candidates().size(); i++) {
            both |= selector.candidates().get(i).digest().equals(c.digest()) && selector.readsEmbedding(i);
        }
        boolean withFeatures = both;
        Session session = sessions.computeIfAbsent(
                c.digest(), d -> backend.open(withFeatures ? Penultimate.of(model) : model, options));
        WidthLevel level = session.model().levels().stream()
                .filter(l -> l.name().equals(c.level()))
                .findFirst()
                .orElseThrow(() -> new UserException("model " + model.name() + " has no level " + c.level()
                        + ", which the selector chooses; train the selector again"));
        session.prepare(level);
        // Buffers are as large as the widest level's, whose channels a narrower one fills from the first on.
        FloatBuffer[] outputs = session.model().graph().outputs().stream()
                .map(v -> direct(Math.toIntExact(v.shape().elements())))
                .toArray(FloatBuffer[]::new);
        return new Runner(session, level, outputs, features ? Penultimate.dims(session.model(), level) : 0);
    }

    static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(floats, 4))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    Runner runner(int candidate) {
        return runners.get(candidate);
    }

    int size() {
        return runners.size();
    }

    /** Classes that every candidate tells apart. */
    int classes() {
        int classes = runners.get(0).outputs()[0].capacity();
        for (Runner r : runners) {
            if (r.outputs()[0].capacity() != classes) {
                throw new UserException("the candidates of the selector differ in their number of classes");
            }
        }
        return classes;
    }

    @Override
    public void close() {
        sessions.values().forEach(Session::close);
        sessions.clear();
    }
}
