package io.dms.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.ModelCosts;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import org.junit.jupiter.api.Test;

class BundledModelsTest {
    @Test
    void resnet20_has_four_tuned_levels() {
        ScalableModel model = BundledModels.resnet20Cifar10();

        assertThat(model.name()).isEqualTo("resnet20-cifar10");
        assertThat(model.levels()).extracting(WidthLevel::width).containsExactly(1.0, 0.75, 0.5, 0.25);
        WidthLevels.checkNested(model.groups(), model.levels());
        assertThat(model.full().normalization()).isEmpty();
        assertThat(model.levels().subList(1, 4))
                .allSatisfy(l -> assertThat(l.normalization()).isNotEmpty());
        assertThat(model.preprocessing()).isNotNull();
        assertThat(model.provenance())
                .containsEntry("source", "resnet20_cifar10.onnx")
                .containsKeys("source.sha256", "tool", "criterion", "calibration", "training");
    }

    @Test
    void resnet20_takes_cifar_images_and_gives_ten_scores() {
        ScalableModel model = BundledModels.resnet20Cifar10();
        assertThat(model.graph().inputs().get(0).shape()).isEqualTo(Shape.of(Shape.BATCH, 3, 32, 32));
        assertThat(model.graph().outputs().get(0).shape().dim(1)).isEqualTo(BundledModels.CIFAR10_CLASSES.size());
        assertThat(ModelCosts.macs(model.graphAt(model.full()))).isBetween(40_500_000L, 41_000_000L);
        assertThat(ModelCosts.macs(model.graphAt(model.levels().get(3)))).isLessThan(6_000_000L);
    }
}
