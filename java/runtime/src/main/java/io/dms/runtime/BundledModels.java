package io.dms.runtime;

import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Scalable models that come with DMS. Each call reads anew; keep what it gives. */
public final class BundledModels {
    /** Classes of {@link #resnet20Cifar10()}, in the order of its scores. */
    public static final List<String> CIFAR10_CLASSES =
            List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

    private BundledModels() {}

    /**
     * ResNet-20 for CIFAR-10 (He et al. 2015; weights of akamaster/pytorch_resnet_cifar10, BSD-2-Clause): RGB images
     * [N, 3, 32, 32] to ten scores, levels 1, 0.75, 0.5 and 0.25, tuned together (model card: {@code docs/models/resnet20-cifar10.md}).
     */
    public static ScalableModel resnet20Cifar10() {
        return read("resnet20-cifar10.dms.onnx");
    }

    private static ScalableModel read(String name) {
        byte[] bytes;
        try (InputStream in = BundledModels.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the build left out " + name);
            }
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        return ScalableModelFile.read(direct, name);
    }
}
