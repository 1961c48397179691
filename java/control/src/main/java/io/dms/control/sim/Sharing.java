package io.dms.control.sim;

/** How frames of several applications that are in service at the same time share the accelerator. */
public enum Sharing {
    /**
     * Time slices: every frame in service advances, each slowed by the pressure of the others (processor sharing with
     * interference). A GPU that slices between contexts.
     */
    SLICED,
    /** One frame at a time to its end, in the order in which the calls began. A GPU or accelerator without preemption. */
    QUEUED,
    /** Threads on cores: nobody is slowed until there are more threads than cores, then all by the same share. */
    CORES
}
