package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.cuda.DeviceException;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Which ways are tried, of many that are proposed. */
class PlanSearchTest {
    private static final int IMAGE = 2 * 8 * 4 * 4;
    private static final Geometry GEOMETRY =
            new Geometry(false, true, true, 1, 8, 4, 4, 8, 8, 4, 4, 8, 3, 3, 1, 1, 1, 1, 1, 1, 1, Dnn.TENSOR_OP_MATH);

    private int open;

    /** Thirty engines: every third has no room for a copy of an image, and of each five one is refused. */
    private final Plans plans = new Plans() {
        @Override
        public List<Way> propose(Fusion f, int most) {
            return LongStream.range(0, Math.min(most, 30))
                    .mapToObj(i -> new Way(i, List.of()))
                    .toList();
        }

        @Override
        public ConvPlan plan(Fusion f, Way way) {
            if (way.engine() % 5 == 4) {
                throw new DeviceException(DeviceException.Kind.UNSUPPORTED, "not this one");
            }
            open++;
            return new ConvPlan() {
                @Override
                public long workspace() {
                    return way.engine() % 3 == 2 ? IMAGE - 1 : IMAGE;
                }

                @Override
                public void run(long x, long weights, long bias, long z, long y, long work) {
                    throw new AssertionError("nothing is run to see how much scratch memory it wants");
                }

                @Override
                public void close() {
                    open--;
                }
            };
        }
    };

    private List<Long> tried(int xPitch, int yPitch) {
        View x = new View(new Buf(true, 1024), 0, 1, 8, 4, 4, true, true, xPitch);
        View y = new View(new Buf(true, 1024), 0, 1, 8, 4, 4, true, true, yPitch);
        Fusion f = Fusion.alone(GEOMETRY.withPitches(xPitch, yPitch), x, y);
        GraphOffer offer = new GraphOffer(plans, f, Route.direct(x, y), new Buf(false, 8), null, null, Behind.NOTHING);
        List<Long> engines = new PlanSearch(work -> 1, 0, 0)
                .ways(offer).stream().map(w -> ((Way) w).engine()).toList();
        assertThat(open).isZero();
        return engines;
    }

    @Test
    void theFirstTenAreTriedOfWholeImages() {
        assertThat(tried(8, 8)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    }

    @Test
    void waysWithoutRoomForACopyAreTriedFirstOfRanges() {
        List<Long> expected = List.of(2L, 5L, 8L, 11L, 17L, 20L, 23L, 26L, 0L, 1L);
        assertThat(tried(24, 8)).isEqualTo(expected);
        assertThat(tried(8, 24)).isEqualTo(expected);
        assertThat(tried(24, 24)).isEqualTo(expected);
    }
}
