package io.dms.backend.cudnn;

import java.util.List;
import java.util.stream.Collectors;

/**
 * How a plan is made again: an engine of cuDNN's graph interface with the choices that make its kernel.
 *
 * @param engine its global number
 */
record Way(long engine, List<Knob> knobs) implements Recipe {
    /** One choice, in the library's numbers. */
    record Knob(int type, long value) {}

    @Override
    public String toString() {
        return "engine " + engine
                + knobs.stream().map(k -> " " + k.type + "=" + k.value).collect(Collectors.joining());
    }
}
