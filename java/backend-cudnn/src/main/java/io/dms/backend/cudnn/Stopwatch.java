package io.dms.backend.cudnn;

/** Times work on the device. What decides between two ways to compute reads no clock of its own. */
interface Stopwatch {
    /**
     * Microseconds of the device for some work.
     *
     * @param work enqueues it, and may be called many times over
     * @return NaN where the work can't be recorded, and so can't be part of a level's graph
     */
    double micros(Runnable work);
}
