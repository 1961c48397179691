package io.dms.robotics.source;

import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.UserException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a network's input asks of a source. */
final class SourceShapes {
    private static final Duration STALL = Duration.ofSeconds(5);

    private SourceShapes() {}

    static SourceOptions options(ScalableModel model, int batch, long seed, boolean endless, @Nullable Path tools) {
        if (model.graph().inputs().size() != 1) {
            throw new UserException("model " + model.name() + " has "
                    + model.graph().inputs().size() + " inputs, and a source fills one: use the Java API");
        }
        Shape shape = model.graph().inputs().get(0).shape();
        boolean images = shape.rank() == 4 && shape.dim(1) == 3;
        int outer = shape.hasBatch() || shape.rank() == 0 ? 1 : shape.dim(0);
        Preprocessing known = model.preprocessing();
        return new SourceOptions(
                shape.hasBatch() ? batch : outer,
                images ? shape.dim(2) : 1,
                images ? shape.dim(3) : 1,
                Math.toIntExact(shape.elements() / outer),
                known == null ? Preprocessing.IMAGENET : known,
                seed,
                endless,
                STALL,
                tools);
    }
}
