package io.dms.backend.cpu;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One operation of a level's plan before memory is assigned: a primitive with its arguments, or a kernel in Java with
 * its operands and, last, its result.
 *
 * @param name the step that it belongs to
 * @param primitive null for a kernel
 * @param kernel null for a primitive
 * @param arguments oneDNN's argument indices; for a kernel 0, 1, ...
 * @param views what they are
 */
record Operation(
        String name,
        @Nullable Primitive primitive,
        @Nullable Kernel kernel,
        List<Integer> arguments,
        List<View> views) {}
