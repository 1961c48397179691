package io.dms.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dms.model.Node;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which inputs the outputs of a Resize read; the expected ones are those that ONNX Runtime reads. */
class ResizeTablesTest {
    private static final String COORDINATES = "coordinate_transformation_mode";

    private static ResizeTables tables(int in, int out, Map<String, ?> attributes) {
        Node node = Node.of("r", "Resize", List.of("x"), List.of("y"), attributes);
        return new ResizeTables(node, new long[] {1, 1, 1, in}, new long[] {1, 1, 1, out});
    }

    /** 2 * 11 / 4 is 5.5, though 2 over the quotient 4 / 11 in single precision is less by 1.5e-7. */
    @Test
    void a_coordinate_halfway_between_two_inputs_is_not_lost_to_the_rounding_of_the_scale() {
        assertThat(tables(11, 4, Map.of("nearest_mode", "round_prefer_ceil", COORDINATES, "asymmetric"))
                        .nearest()[3])
                .containsExactly(0, 3, 6, 8);
        assertThat(tables(11, 4, Map.of("nearest_mode", "round_prefer_floor", COORDINATES, "asymmetric"))
                        .nearest()[3])
                .containsExactly(0, 3, 5, 8);
    }

    /** 3.5 * 11 / 7 - 0.5 is 5 and no more. */
    @Test
    void a_coordinate_that_is_an_input_is_that_input_rounded_up_or_down() {
        for (String rounding : List.of("ceil", "floor")) {
            int[] read = tables(11, 7, Map.of("nearest_mode", rounding, COORDINATES, "half_pixel"))
                    .nearest()[3];
            assertThat(read[3]).as(rounding).isEqualTo(5);
        }
    }

    /** 8.5 over the single 1.7 is 5 in single precision, and 4.99999986 in double. */
    @Test
    void a_scale_of_the_file_is_taken_in_single_precision() {
        float[] scales = {1, 1, 1, 1.7f};
        int[] read = tables(
                        10,
                        17,
                        Map.of("scales", scales, "nearest_mode", "round_prefer_ceil", COORDINATES, "half_pixel"))
                .nearest()[3];
        assertThat(read[8]).isEqualTo(5);
    }

    @Test
    void cubic_weights_sum_to_one_also_where_inputs_outside_are_left_out() {
        for (long exclude = 0; exclude <= 1; exclude++) {
            ResizeTables.Taps taps = tables(5, 9, Map.of("mode", "cubic", "exclude_outside", exclude))
                    .taps(3);
            for (float[] w : taps.weight()) {
                assertThat(w).hasSize(4);
                assertThat(w[0] + w[1] + w[2] + w[3]).isCloseTo(1, within(1e-6f));
            }
        }
    }
}
