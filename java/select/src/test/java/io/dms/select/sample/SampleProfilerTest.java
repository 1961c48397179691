package io.dms.select.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dms.backend.cpu.CpuBackend;
import io.dms.model.Graph;
import io.dms.model.ModelDigest;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.select.feature.ImageFeatures;
import io.dms.testkit.ReferenceBackend;
import java.nio.FloatBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SampleProfilerTest {
    private static final int IMAGES = 60;
    private static final Origin HERE = new Origin("here", "cpu", 1, Instant.EPOCH, Map.of());

    private final ScalableModel scalable = Made.model("a", 3);
    private final ScalableModel other = ScalableModel.plain(Made.model("b", 3).graph());
    private final List<Entrant> entrants = new ArrayList<>(Entrant.of(List.of(scalable)));
    private final int classes = entrants.get(0).classes();

    private SampleProfiler profiler(Set<String> features, int setClasses) {
        ProfileRequest request = new ProfileRequest(IMAGES, 1, 1, true, !features.isEmpty(), features, 0);
        return new SampleProfiler(
                new CpuBackend(), entrants, (w, h) -> Made.images(entrants.get(0), 1000, setClasses), request);
    }

    private static float[] scores(Entrant e, SampleImages images, int i) {
        FloatBuffer in = FloatBuffer.allocate(3 * images.width() * images.height());
        images.fill(in, 0, i, e.preprocessing());
        Graph at = e.model().graphAt(e.level());
        return Objects.requireNonNull(ReferenceBackend.evaluate(at, List.of(in.array()), 1)
                .get(at.outputs().get(0).name()));
    }

    @Test
    void everyAnswerIsThatOfTheCandidateItselfAndTheCheapestComesFirst() {
        entrants.add(new Entrant("b", other, other.full()));
        Samples s =
                Objects.requireNonNull(profiler(Set.of("a@0.50"), classes).run(() -> false, d -> {}, threads -> HERE));
        SampleTable t = s.table();
        assertThat(t.samples()).isEqualTo(IMAGES);
        assertThat(t.candidates()).extracting(Candidate::id).containsExactlyInAnyOrder("a@1.00", "a@0.50", "b");
        assertThat(t.candidates()).isSortedAccordingTo(Comparator.comparingDouble(Candidate::millis));
        SampleImages images = Made.images(entrants.get(0), IMAGES, classes);
        for (int c = 0; c < 3; c++) {
            Candidate candidate = t.candidates().get(c);
            Entrant e = entrants.stream()
                    .filter(x -> x.id().equals(candidate.id()))
                    .findFirst()
                    .orElseThrow();
            assertThat(candidate.digest()).isEqualTo(ModelDigest.of(e.model()));
            assertThat(candidate.shares()).isEqualTo(e.id().equals("b") ? "b" : "a");
            Verdict v = new Verdict(classes, true);
            for (int i : new int[] {0, 24, 25, 59}) {
                v.read(FloatBuffer.wrap(scores(e, images, i)), 0);
                assertThat(t.answer()[i][c]).isEqualTo(v.answer());
                assertThat(t.confidence()[i][c]).isCloseTo(v.confidence(), within(1e-4f));
                assertThat(t.entropy()[i][c]).isCloseTo(v.entropy(), within(1e-3f));
                assertThat(Objects.requireNonNull(t.probability())[i][c][v.answer()])
                        .isEqualTo(t.confidence()[i][c]);
                assertThat(t.label()[i]).isEqualTo(i % classes);
                assertThat(t.millis()[i][c]).isPositive();
            }
        }
        assertThat(s.keys()).containsExactly("penultimate/a@0.50", "image");
        float[] image = new float[ImageFeatures.NAMES.size()];
        byte[] rgb = new byte[3 * images.width() * images.height()];
        images.rgb(31, rgb);
        new ImageFeatures(images.width(), images.height()).compute(rgb, image);
        assertThat(s.features(Samples.IMAGE).values()[31]).isEqualTo(image);
        assertThat(s.imageMillis()).isPositive();
        assertThat(s.embeddings()).hasSize(1);
        assertThat(s.features(Samples.penultimate("a@0.50")).values()).hasNumberOfRows(IMAGES);
        assertThatThrownBy(() -> s.features("sound")).hasMessageContaining("no features sound");
    }

    @Test
    void itStopsWhenAskedTo() {
        int[] asked = new int[1];
        assertThat(profiler(Set.of(), classes).run(() -> ++asked[0] > 3, d -> {}, threads -> HERE))
                .isNull();
        assertThat(asked[0]).isEqualTo(4);
    }

    @Test
    void whatCantBeComparedIsRefused() {
        assertThatThrownBy(() -> profiler(Set.of(), classes + 1).run(() -> false, d -> {}, threads -> HERE))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("model a gives " + classes + " scores");
        assertThatThrownBy(() -> profiler(Set.of("c"), classes)).hasMessageContaining("no candidate is called c");
        assertThatThrownBy(() -> Entrant.of(List.of(scalable, Made.model("a", 4))))
                .hasMessageContaining("two models are called a");
        entrants.remove(0);
        assertThatThrownBy(() -> profiler(Set.of(), classes)).hasMessageContaining("nothing to choose");
    }
}
