package io.dms.backend.cudnn;

import static io.dms.backend.cudnn.GraphAttributes.*;
import static org.bytedeco.cuda.global.cudnn.*;

import io.dms.cuda.DeviceException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.bytedeco.javacpp.Pointer;

/** What an engine of cuDNN's graph interface says of itself, and its choices, read and made again. */
final class Engines {
    private static final int MOST_NOTES = 32;
    private static final int MOST_KNOBS = 64;

    private Engines() {}

    /**
     * Whether an engine with these numerical notes computes as it is asked to. Tensor cores round single precision to TF32, so
     * they are taken where the library may do that, or where operands are halves already; sums are in single precision always.
     * What has tiles of 6 and more, or transforms whole images, loses digits that one comparison can't bound. Sums in any
     * order give other bits each time.
     *
     * @param math as in {@link Dnn}
     */
    static boolean allowed(int[] notes, boolean half, int math) {
        for (int note : notes) {
            boolean taken = switch (note) {
                case CUDNN_NUMERICAL_NOTE_TENSOR_CORE -> half || math != Dnn.FMA_MATH;
                case CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS,
                        CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION,
                        CUDNN_NUMERICAL_NOTE_FFT,
                        CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC,
                        CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6,
                        CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13 -> false;
                default -> true;
            };
            if (!taken) {
                return false;
            }
        }
        return true;
    }

    /** What the engine of a configuration says of its arithmetic. */
    static int[] notes(CudnnGraph graph, cudnnBackendDescriptor_t configuration) {
        return numbers(
                graph.engineIn(configuration), CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE, MOST_NOTES);
    }

    /** Whether the kernel is compiled when a plan is made. */
    static boolean isCompiled(CudnnGraph graph, cudnnBackendDescriptor_t configuration) {
        int[] notes = numbers(
                graph.engineIn(configuration), CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE, CUDNN_TYPE_BEHAVIOR_NOTE, MOST_NOTES);
        return IntStream.of(notes).anyMatch(n -> n == CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION);
    }

    /** How a configuration is made again. */
    static Way way(CudnnGraph graph, cudnnBackendDescriptor_t configuration) {
        long engine = number(graph.engineIn(configuration), CUDNN_ATTR_ENGINE_GLOBAL_INDEX);
        List<Way.Knob> knobs = new ArrayList<>();
        for (cudnnBackendDescriptor_t choice : graph.list(
                configuration, CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR, MOST_KNOBS)) {
            int[] type = numbers(choice, CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, CUDNN_TYPE_KNOB_TYPE, 1);
            if (type.length == 0) {
                throw new DeviceException(DeviceException.Kind.UNSUPPORTED, "a choice without a type");
            }
            knobs.add(new Way.Knob(type[0], number(choice, CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE)));
        }
        return new Way(engine, List.copyOf(knobs));
    }

    /** A way's configuration for a graph. */
    static cudnnBackendDescriptor_t configuration(CudnnGraph graph, cudnnBackendDescriptor_t operations, Way way) {
        List<Pointer> choices = new ArrayList<>();
        for (Way.Knob k : way.knobs()) {
            cudnnBackendDescriptor_t choice = graph.make(CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR);
            number(choice, CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, CUDNN_TYPE_KNOB_TYPE, k.type());
            longs(choice, CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE, k.value());
            choices.add(ready(choice, "choosing"));
        }
        return graph.configuration(graph.engine(operations, way.engine()), choices.toArray(new Pointer[0]));
    }
}
