package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ContentTest {
    private static byte[] bytes(Content c) {
        ByteBuffer to = ByteBuffer.allocate(Math.toIntExact(c.bytes())).order(ByteOrder.nativeOrder());
        c.write(to);
        return to.array();
    }

    private static float[] random(int n, Random random) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }

    /** Contents share their memory on the device by their keys. */
    @Test
    void contentsOfOneKeyAreTheSameBytes() {
        Random random = new Random(2);
        Tensor a = Tensor.ofFloats(Shape.of(4, 4, 3, 3), random(144, random));
        Tensor b = Tensor.ofFloats(Shape.of(4, 4, 3, 3), random(144, random));
        float[] four = random(4, random);
        float[] others = random(4, random);
        List<Content> all = new ArrayList<>();
        for (Tensor t : List.of(a, b)) {
            for (boolean half : new boolean[] {false, true}) {
                all.add(new Content.Master(t, half, null, 0));
                for (float @Nullable [] scale : new float[][] {null, four, others}) {
                    for (int axis = 0; axis < 2; axis++) {
                        for (Content.Order order : List.of(Content.Order.PLAIN, Content.Order.CHANNELS_LAST)) {
                            all.add(new Content.Weights(t, scale, axis, 1, order, half));
                        }
                    }
                }
            }
        }
        for (boolean half : new boolean[] {false, true}) {
            all.add(new Content.Plain(four, half));
            all.add(new Content.Plain(four.clone(), half));
            all.add(new Content.Plain(others, half));
        }
        int shared = 0;
        for (Content x : all) {
            for (Content y : all) {
                if (x.key().equals(y.key())) {
                    assertThat(y.key().hashCode()).isEqualTo(x.key().hashCode());
                    assertThat(bytes(y)).as("%s as %s", x, y).isEqualTo(bytes(x));
                    shared += x == y ? 0 : 1;
                }
            }
        }
        assertThat(shared).as("equal contents are kept once").isPositive();
    }
}
