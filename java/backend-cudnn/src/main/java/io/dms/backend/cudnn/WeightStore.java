package io.dms.backend.cudnn;

/** Keeps weights on the device for the plans of one session. Not thread-safe. */
interface WeightStore extends AutoCloseable {
    /** Makes a plan known, and its weights ready where the store keeps those of several plans. */
    void prepare(LevelPlan plan);

    /** Makes a plan's weights ready for the next run. Does nothing where they are. */
    void load(LevelPlan plan);

    /** A plan that is given up before it was loaded completely, or for good. */
    void forget(LevelPlan plan);

    /** Bytes held now. */
    long bytes();

    @Override
    void close();
}
