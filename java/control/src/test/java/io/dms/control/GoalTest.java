package io.dms.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoalTest {
    @Test
    void every_term_is_read() {
        assertThat(Goal.parse("p95<=30ms rate>=30 energy<=5mJ power<=10W accuracy>=0.85 priority=1 weight=2"))
                .isEqualTo(new Goal(30.0, 95, 30.0, 5.0, 10.0, 0.85, 1, 2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "p99.9 <= 0.5 s , accuracy >= 85 %|p99.9<=500ms accuracy>=0.85",
                "latency<=250us|latency<=0.25ms",
                "latency<=250µs power<=0.01kW|latency<=0.25ms power<=10W",
                "p100≤1e1ms|latency<=10ms",
                "rate>=30fps, energy<=0.005J|rate>=30 energy<=5mJ",
                "rate>=15 /s power<=500mW|rate>=15 power<=0.5W",
                "weight=1 priority=0|none",
                "none|none",
                "priority=-2|priority=-2",
            })
    void writings_of_people_are_read_and_written_in_one_form(String text, String form) {
        Goal goal = Goal.parse(text);
        assertThat(goal).hasToString(form);
        assertThat(Goal.parse(form)).isEqualTo(goal);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|the goal is empty",
                "fast|\"fast\" is no goal",
                "p95<=30|\"p95<=30\": latency takes a unit of time",
                "p95>=30ms|latency is bounded by <=, not by >=",
                "p95<30ms|bounded by <=, not by <",
                "p95<=x|x is no number",
                "p95<=30ms p50<=10ms|two bounds on latency",
                "p0<=3ms|percentile of a latency goal must be above 0",
                "p95<=0ms|the latency of a goal must be above 0",
                "p95<=-3ms|the latency of a goal must be above 0",
                "energy<=5|energy takes a unit of energy",
                "power<=5mJ|power takes a unit of power",
                "accuracy>=85|the accuracy of a goal must be between 0 and 1",
                "color=3|there is no goal called color",
                "priority=1.5|priority of a goal must be a whole number",
                "priority=-1001|priority of a goal must be a whole number from -1000 to 1000",
                "priority=1001|priority of a goal must be a whole number from -1000 to 1000",
                "weight=0|the weight of a goal must be above 0",
                "p95<=1e999ms|the latency of a goal must be above 0",
            })
    void what_is_no_goal_is_refused_in_one_line(String text, String says) {
        assertThatThrownBy(() -> Goal.parse(text))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(says)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void any_goal_survives_writing_and_reading() {
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            boolean latency = random.nextBoolean();
            Goal goal = new Goal(
                    latency ? (Double) (random.nextDouble() * 100) : null,
                    latency ? 100 * (1 - random.nextDouble()) : 95,
                    random.nextBoolean() ? (Double) (random.nextDouble() * 1e4) : null,
                    random.nextBoolean() ? (Double) (random.nextDouble() * 1e-3) : null,
                    random.nextBoolean() ? (Double) (random.nextDouble() * 50) : null,
                    random.nextBoolean() ? (Double) random.nextDouble() : null,
                    random.nextInt(11) - 5,
                    random.nextDouble() + 0.1);
            assertThat(Goal.parse(goal.toString())).isEqualTo(goal);
        }
    }

    @Test
    void random_text_is_read_or_refused_and_nothing_else() {
        Random random = new Random(2);
        String alphabet = "p95<=>30ms.,  eE-rateW%/µJ≤1";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(14); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                Goal.parse(text.toString());
            } catch (UserException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }
}
