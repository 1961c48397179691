package io.dms.backend.cudnn;

/**
 * How cuDNN shall compute one convolution.
 *
 * @param id the library's number of the algorithm
 * @param math the kind of mathematics that belongs to it: an algorithm set without it may be ten times slower
 * @param workspace bytes of scratch memory
 * @param deterministic true where it gives the same bits each time
 * @param micros how long the search saw it run, or negative where nothing ran
 */
record Algorithm(int id, int math, long workspace, boolean deterministic, float micros) {}
