package io.dms.select.sample;

/**
 * One model, or one width level of one, that may answer an input.
 *
 * @param id unique in its table
 * @param model name of the model
 * @param level name of the width level
 * @param digest of the model, {@link io.dms.model.ModelDigest}
 * @param shares id of the scalable model whose weights it shares with other candidates: going on from one of them to
 *     another loads nothing; the candidate's own id where it shares none
 * @param millis median time of one inference
 * @param macs multiplications and additions of one inference
 */
public record Candidate(
        String id, String model, String level, String digest, String shares, double millis, long macs) {}
