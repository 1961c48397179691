package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GeometryTest {
    private static final RecordComponent[] PARTS = Geometry.class.getRecordComponents();

    private static Geometry of(Object[] values) throws ReflectiveOperationException {
        Class<?>[] types = Arrays.stream(PARTS).map(RecordComponent::getType).toArray(Class<?>[]::new);
        return Geometry.class.getDeclaredConstructor(types).newInstance(values);
    }

    private static Object[] values() {
        Object[] values = new Object[PARTS.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = PARTS[i].getType() == boolean.class ? (Object) false : (Object) (100 + i);
        }
        return values;
    }

    /** What was found for one convolution must never be taken for another one's. */
    @Test
    void everyPartOfAConvolutionIsInItsKeyAtItsPlace() throws ReflectiveOperationException {
        Map<String, String> keys = new HashMap<>();
        keys.put(of(values()).key(), "as it is");
        for (int i = 0; i < PARTS.length; i++) {
            Object[] other = values();
            other[i] = other[i] instanceof Integer ? (Object) 7 : (Object) true;
            String before = keys.put(of(other).key(), PARTS[i].getName());
            assertThat(before)
                    .as("the key with another %s is that of %s", PARTS[i].getName(), before)
                    .isNull();
        }
    }

    @Test
    void partsThatChangePlacesAreAnotherKey() throws ReflectiveOperationException {
        String key = of(values()).key();
        for (int i = 0; i < PARTS.length; i++) {
            for (int j = 0; j < i; j++) {
                Object[] other = values();
                if (other[i].equals(other[j]) || other[i].getClass() != other[j].getClass()) {
                    continue;
                }
                Object kept = other[i];
                other[i] = other[j];
                other[j] = kept;
                assertThat(of(other).key())
                        .as("%s and %s", PARTS[i].getName(), PARTS[j].getName())
                        .isNotEqualTo(key);
            }
        }
    }

    @Test
    void outputsAreThoseOfAWindowThatIsMovedOverThePaddedImage() {
        for (int in = 1; in <= 9; in++) {
            for (int pad = 0; pad <= 2; pad++) {
                for (int kernel = 1; kernel <= 4; kernel++) {
                    for (int stride = 1; stride <= 3; stride++) {
                        for (int dilation = 1; dilation <= 2; dilation++) {
                            int reach = (kernel - 1) * dilation + 1;
                            int places = 0;
                            for (int at = 0; at + reach <= in + 2 * pad; at += stride) {
                                places++;
                            }
                            int outputs = Geometry.outputs(in, pad, kernel, stride, dilation);
                            assertThat(Math.max(0, outputs)).isEqualTo(places);
                        }
                    }
                }
            }
        }
    }
}
