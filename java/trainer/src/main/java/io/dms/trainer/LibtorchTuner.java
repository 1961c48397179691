package io.dms.trainer;

import io.dms.compiler.data.LabelledImages;
import io.dms.compiler.tuning.Tuner;
import io.dms.compiler.tuning.TuningListener;
import io.dms.compiler.tuning.TuningOptions;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import java.io.IOException;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/** Nested fine-tuning on libtorch. */
public final class LibtorchTuner implements Tuner {
    @Override
    public String describe() {
        Torch.load(1, 0);
        String version = "";
        try {
            version = " " + Loader.getVersion("org.bytedeco", "pytorch").replaceFirst("-.*", "");
        } catch (IOException e) {
            // A jar without its manifest: the name alone.
        }
        return "libtorch" + version;
    }

    @Override
    public @Nullable ScalableModel tune(
            ScalableModel model,
            LabelledImages training,
            @Nullable LabelledImages test,
            TuningOptions options,
            TuningListener listener) {
        return new NestedTraining(model, options, listener).run(training, test);
    }

    @Override
    public @Nullable ScalableModel tuneAlone(
            ScalableModel model,
            WidthLevel level,
            LabelledImages training,
            @Nullable LabelledImages test,
            TuningOptions options,
            TuningListener listener) {
        return new NestedTraining(model, level, options, listener).run(training, test);
    }
}
