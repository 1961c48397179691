package io.dms.cli.bench;

import io.dms.model.WidthLevel;
import io.dms.runtime.Session;
import java.nio.FloatBuffer;

/** A level of a session. */
final class SessionContestant extends Contestant {
    private final Session session;
    private final WidthLevel level;
    private final FloatBuffer[] inputs;
    private final FloatBuffer[] outputs;

    SessionContestant(Session session, WidthLevel level, FloatBuffer[] inputs, FloatBuffer[] outputs) {
        this.session = session;
        this.level = level;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    @Override
    Object engine() {
        return session;
    }

    @Override
    void call() {
        session.run(level, inputs, outputs);
    }
}
