package io.dms.cli.catalog;

import io.dms.schedule.catalog.Variant;
import io.dms.serve.client.LocalModel;
import io.dms.serve.client.RemoteAnswer;
import io.dms.serve.client.RemoteVariant;
import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.ModelInfo;
import io.dms.serve.protocol.Refusal;
import io.dms.serve.protocol.TensorData;
import io.dms.serve.split.SplitVariant;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The model of one variant on its server, wholly there or from a layer on. Thread-safe. */
final class RemoteModel {
    private final Variant variant;
    private final RemoteSpec spec;
    private final RemoteServer server;
    private final long[] shape;
    private final RemoteVariant remote;
    private volatile @Nullable String input;
    private volatile @Nullable String complaint;

    RemoteModel(Variant variant, RemoteSpec spec, RemoteServer server, int height, int width) {
        this.variant = variant;
        this.spec = spec;
        this.server = server;
        this.shape = new long[] {1, 3, height, width};
        this.remote = new RemoteVariant(server.client(), spec.served(), spec.parameters(), null);
    }

    RemoteServer server() {
        return server;
    }

    boolean isSplit() {
        return spec.cut() != null;
    }

    /** Why it can't serve the variant, or null where that is not known. */
    @Nullable
    String complaint() {
        return complaint;
    }

    /** Whether the server has told about it. */
    boolean isKnown() {
        return input != null;
    }

    /** Asks the server how the model's input is called, and whether it fits. */
    void learn(Duration timeout) {
        String there = variant.id() + ": the model " + spec.served() + " at " + spec.address();
        try {
            ModelInfo info = server.client().model(spec.served(), "", timeout);
            if (info.inputs().size() != 1) {
                complaint = there + " takes " + info.inputs().size() + " inputs, not one";
                return;
            }
            long elements = 1;
            for (long d : info.inputs().get(0).shape()) {
                elements *= d < 0 ? 1 : d;
            }
            long pixels = shape[1] * shape[2] * shape[3];
            if (!isSplit() && elements != pixels) {
                complaint = there + " takes " + elements + " numbers, but an image here has " + pixels;
                return;
            }
            input = info.inputs().get(0).name();
        } catch (InferenceException e) {
            if (!e.refusal().mayTryAgain() && e.refusal() != Refusal.LATE) {
                complaint = there + " can't be used: " + e.reason();
            }
        }
    }

    /** A copy of a frame, as the server's model takes it. */
    TensorData image(FloatBuffer frame) {
        String name = input;
        return TensorData.ofFloats(isSplit() || name == null ? "image" : name, shape, frame);
    }

    /**
     * Serves a request by the rule of {@link RemoteVariant}.
     *
     * @param standby what answers on the device where the server does not, or null
     * @param trunk the first layers, for a split variant
     */
    RemoteAnswer serve(TensorData image, long deadlineNanos, @Nullable LocalModel standby, @Nullable LocalModel trunk) {
        // Where a split variant loses its server, what stands by is given the image and not the features.
        LocalModel here = standby == null ? null : new OnImage(standby, image);
        return trunk == null
                ? remote.serve(List.of(image), deadlineNanos, here)
                : new SplitVariant(trunk, remote, spec.wire(), here).serve(List.of(image), deadlineNanos);
    }

    private record OnImage(LocalModel model, TensorData image) implements LocalModel {
        @Override
        public double meanSeconds() {
            return model.meanSeconds();
        }

        @Override
        public double seconds() {
            return model.seconds();
        }

        @Override
        public InferResponse run(List<TensorData> features) {
            return model.run(List.of(image));
        }
    }
}
