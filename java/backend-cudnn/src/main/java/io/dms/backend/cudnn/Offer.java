package io.dms.backend.cudnn;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way to cut a layer into what a library does in one call and what is left to kernels around it. {@link Alternatives} has
 * those of a layer.
 */
interface Offer {
    /** The library, for people. */
    String library();

    /** Where it reads and writes. */
    Route route();

    /** What is added, or null. */
    @Nullable
    View z();

    /** True where the library does more than the layer alone. */
    boolean isFused();

    /** What remains to be done. */
    Behind behind();

    /** Bytes of the smallest image that the library may copy into scratch memory; the most there are where it copies none. */
    long leastCopied();

    /**
     * What the library proposes, the best first by its own guess; none that rounds more than the session's arithmetic allows.
     * Runs nothing.
     *
     * @param most how many
     * @param workspace bytes of scratch memory that there are
     */
    List<? extends Recipe> propose(int most, long workspace);

    /**
     * Makes a candidate, which is the caller's to close.
     *
     * @throws io.dms.cuda.DeviceException if the library refuses it
     */
    Prepared make(Recipe recipe);

    /** Enqueues a candidate of this offer, and what is around it. Allocates nothing once it is bound to this memory. */
    default void run(Prepared candidate, long work) {
        route().gather();
        candidate.run(work);
        behind().run();
    }
}
