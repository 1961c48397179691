package io.dms.runtime;

import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * One model ready to run at any width. Owns its native memory until it is closed.
 *
 * <p>Not thread-safe: one thread at a time, to close it too; a second one is refused by an IllegalStateException and harms
 * nothing. Several sessions of one model may run in several threads; they share the machine's cores without asking for
 * more than there are.
 *
 * <p>Tensors at this interface are float32, dense and row-major as in the model (NCHW for images), in direct buffers of
 * native byte order. Buffers are read and written from index 0 whatever their position, which does not change.
 */
public interface Session extends AutoCloseable {
    /** The model that this session runs. */
    ScalableModel model();

    /** The options it was opened with, {@code threads} resolved. */
    SessionOptions options();

    /**
     * Makes a level ready: plans memory, packs weights. Calls at a level that was prepared allocate nothing and switch
     * at no cost, as long as the level's weights are in the bank. Idempotent.
     */
    void prepare(WidthLevel level);

    /**
     * Makes several levels ready, in this order. A backend that reads them from files reads the next ones meanwhile. Where
     * one can't be had, those before it are ready.
     */
    default void prepareAll(List<WidthLevel> levels) {
        levels.forEach(this::prepare);
    }

    /**
     * One inference of a model with one input and one output. Prepares the level first where that was not done.
     *
     * @param level any level of the model, also one made by {@link ScalableModel#level(double)}; keep what that makes: what
     *     was prepared is known by the object, and stays until the session is closed
     * @param input batch x input shape elements
     * @param output batch x output shape elements
     * @throws io.dms.model.UserException if a buffer is not direct or too small
     * @throws IllegalStateException if the session is closed
     */
    void run(WidthLevel level, FloatBuffer input, FloatBuffer output);

    /**
     * One inference; inputs and outputs in the order of the graph.
     *
     * @throws io.dms.model.UserException if the number of buffers is wrong, or one is not direct or too small
     * @throws IllegalStateException if the session is closed
     */
    void run(WidthLevel level, FloatBuffer[] inputs, FloatBuffer[] outputs);

    /** Bytes of packed weights held now, over all levels (a buffer that two levels share counts once). */
    long weightBytes();

    /** Bytes of packed weights that one prepared level uses (shared buffers counted in full). */
    long weightBytes(WidthLevel level);

    /** Bytes of activations and scratch memory held now; one arena serves all levels. */
    long arenaBytes();

    /** Frees everything. Idempotent. */
    @Override
    void close();
}
