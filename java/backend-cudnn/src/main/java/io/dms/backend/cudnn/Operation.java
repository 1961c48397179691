package io.dms.backend.cudnn;

import org.jspecify.annotations.Nullable;

/**
 * One operation of a level's plan.
 *
 * @param name the step that it belongs to
 * @param what for people
 * @param work enqueues it; allocates nothing
 * @param copies whether it only has an image lie otherwise
 * @param call the layer that it is of, where there are several ways to compute it
 */
record Operation(
        String name,
        String what,
        Runnable work,
        Copies copies,
        @Nullable PlannedCall call) {
    /** For people. */
    String describe() {
        return call == null ? what : call.describe();
    }
}
