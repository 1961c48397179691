package io.dms.robotics;

/** What a stream does with a frame that can no longer keep the latency bound when its turn comes. */
public enum LatePolicy {
    /** It is not served, and counts as missed. What a robot does that acts on what is there now. */
    DROP,
    /** It is served all the same; frames behind it wait. */
    SERVE
}
