package io.dms.runtime;

import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * A session that serves one thread at a time and refuses a second one, as {@link Session} promises. A backend says what a call does;
 * it is asked by one thread at a time, never after the session was closed, and is closed once. Calls allocate nothing here.
 */
public abstract class OneThreadSession implements Session {
    private final ScalableModel model;
    private final Turn turn;
    private final FloatBuffer[] oneInput = new FloatBuffer[1];
    private final FloatBuffer[] oneOutput = new FloatBuffer[1];
    private boolean closed;

    /** @param model what the session runs */
    protected OneThreadSession(ScalableModel model) {
        this.model = model;
        this.turn = new Turn("the session of " + model.name());
    }

    @Override
    public final ScalableModel model() {
        return model;
    }

    @Override
    public final void prepare(WidthLevel level) {
        begin();
        try {
            ready(level);
        } finally {
            turn.end();
        }
    }

    @Override
    public final void prepareAll(List<WidthLevel> levels) {
        begin();
        try {
            readyAll(levels);
        } finally {
            turn.end();
        }
    }

    @Override
    public final void run(WidthLevel level, FloatBuffer input, FloatBuffer output) {
        begin();
        try {
            oneInput[0] = input;
            oneOutput[0] = output;
            call(level, oneInput, oneOutput);
        } finally {
            turn.end();
        }
    }

    @Override
    public final void run(WidthLevel level, FloatBuffer[] inputs, FloatBuffer[] outputs) {
        begin();
        try {
            call(level, inputs, outputs);
        } finally {
            turn.end();
        }
    }

    @Override
    public final void close() {
        turn.begin();
        try {
            if (!closed) {
                closed = true;
                free();
            }
        } finally {
            turn.end();
        }
    }

    /** Another kind of call, alone as all calls are. */
    protected final void alone(Runnable call) {
        begin();
        try {
            call.run();
        } finally {
            turn.end();
        }
    }

    private void begin() {
        turn.begin();
        try {
            if (closed) {
                throw new IllegalStateException("the session is closed");
            }
            enter();
        } catch (RuntimeException | Error e) {
            turn.end();
            throw e;
        }
    }

    /** Before each call, on its thread. */
    protected void enter() {}

    /** {@link #prepare}. */
    protected abstract void ready(WidthLevel level);

    /** {@link #prepareAll}: one after the other, where a backend knows no better. */
    protected void readyAll(List<WidthLevel> levels) {
        levels.forEach(this::ready);
    }

    /** {@link #run}; the arrays are the caller's or belong to this class: not to be kept. */
    protected abstract void call(WidthLevel level, FloatBuffer[] inputs, FloatBuffer[] outputs);

    /** Gives everything back, on the thread that closes; {@link #enter} was not called. */
    protected abstract void free();
}
