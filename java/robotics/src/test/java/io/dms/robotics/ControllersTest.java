package io.dms.robotics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControllersTest {
    @ParameterizedTest
    @CsvSource({
        "predictive, true",
        "Feedback, true",
        "step, false",
        "' Fixed ', false",
        "FIXED:0.5, false",
        "fixed:0.25, false"
    })
    void baselines_are_not_led_however_they_are_written(String name, boolean led) {
        assertThat(Controllers.find(name)).isNotNull();
        assertThat(Controllers.led(name)).isEqualTo(led);
    }
}
