package io.dms.select.evaluate;

/**
 * What came of every sample at one setting, each judged by a selector that had not learned from it.
 *
 * @param right by sample; a refusal is not right
 * @param refused by sample
 * @param millis by sample: the candidates that ran, the selector's own time and that of the features it reads
 * @param runs by candidate: how often it ran
 * @param ownMillis mean time of the selector's own decisions for one sample
 */
@SuppressWarnings("ArrayRecordComponent")
record Played(boolean[] right, boolean[] refused, double[] millis, long[] runs, double ownMillis) {}
