package io.dms.backend.cudnn;

/**
 * One operation of a level's plan.
 *
 * @param name the step that it belongs to
 * @param what for people
 * @param work enqueues it; allocates nothing
 * @param copies whether it only has an image lie otherwise
 */
record Operation(String name, String what, Runnable work, Copies copies) {}
