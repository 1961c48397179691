package io.dms.backend.tensorrt.cache;

/**
 * Looks at what a fresh engine computes before anybody relies on it: a library may build a wrong one, and two builds of
 * the same network need not compute alike.
 */
@FunctionalInterface
public interface EngineCheck {
    /**
     * Called before a build, which takes minutes, so that what can't be looked at is not built.
     *
     * @throws io.dms.model.UserException if no engine of this level can be looked at
     */
    default void prepare() {
        // most need nothing
    }

    /** Runs the engine on a few inputs. */
    Verdict check(EngineRunner fresh);

    /**
     * What was seen.
     *
     * @param fits true where the engine may be used
     * @param says one sentence's end for people, as in {@code outputs of 3 inputs differ by at most 0.0004 ...}
     */
    record Verdict(boolean fits, String says) {}
}
