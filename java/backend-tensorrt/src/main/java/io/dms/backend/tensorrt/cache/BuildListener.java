package io.dms.backend.tensorrt.cache;

/** Sees how far the build of one engine is, and may end it. Called from whatever thread builds. */
@FunctionalInterface
public interface BuildListener {
    /** Sees nothing and never ends a build. */
    BuildListener NONE = (phase, done, of) -> true;

    /**
     * A phase began or got on. Phases may nest: the library's own names for what it does, outermost last.
     *
     * @param phase as in {@code Timing Graph Nodes}
     * @param done steps done of this phase
     * @param of steps of this phase, 0 where nobody knows
     * @return false to end the build as soon as the library lets itself be ended
     */
    boolean step(String phase, int done, int of);
}
