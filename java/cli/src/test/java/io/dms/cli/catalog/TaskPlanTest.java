package io.dms.cli.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import io.dms.schedule.catalog.Kind;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file of tasks may say. */
class TaskPlanTest {
    private static final List<String> DATA = List.of("cat", "dog", "car", "ship");

    private static List<TaskPlan> plans(String tasks) {
        return TaskPlan.of(TasksFile.parse("schema: 1\n" + tasks, "t.yaml"), Path.of("t.yaml"), DATA);
    }

    @Test
    void tasksContextsAndLabelsAreRead() {
        List<TaskPlan> plans = plans("""
            tasks:
              - id: objects
                input: camera
                deadline: 50ms
                contexts: [{name: home, classes: [dog, cat], share: 0.9}]
                variants: [{kind: level, widths: [1, 0.5]}, {kind: specialised}]
              - id: alive
                input: camera
                labels: {animal: [cat, dog], machine: [car]}
                variants: [{kind: shared}]
            """);
        assertThat(plans).hasSize(2);
        TaskPlan objects = plans.get(0);
        assertThat(objects.task().deadlineSeconds()).isEqualTo(0.05);
        assertThat(objects.contexts().get(0)).containsExactly(0, 1);
        assertThat(objects.variants()).extracting(TaskPlan.Wanted::kind).containsExactly(Kind.LEVEL, Kind.SPECIALISED);
        assertThat(plans.get(1).classes()).containsExactly("animal", "machine");
        assertThat(plans.get(1).label()).containsExactly(0, 0, 1, -1);
        assertThat(plans.get(1).own()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tasks: []|at least one task",
                "tasks: [{variants: [{kind: level}]}]|has no id",
                "tasks: [{id: a}]|variants must list",
                "tasks: [{id: a, variants: [{kind: level}]}, {id: a, variants: [{kind: level}]}]|id of another",
                "tasks: [{id: a, variants: [{kind: cloud}]}]|there is no kind",
                "tasks: [{id: a, variants: [{}]}]|has no kind",
                "tasks: [{id: a, colour: red, variants: [{kind: level}]}]|no key \"colour\"",
                "tasks: [{id: a, variants: [{kind: level, widths: [2]}]}]|width must be",
                "tasks: [{id: a, variants: [{kind: level, widths: [wide]}]}]|t.yaml (line",
                "tasks: [{id: a, variants: [{kind: network}]}]|needs a model",
                "tasks: [{id: a, variants: [{kind: network, model: nowhere.onnx}]}]|no file",
                "tasks: [{id: a, variants: [{kind: low-rank, model: x.onnx}]}]|ranks belong",
                "tasks: [{id: a, variants: [{kind: specialised}]}]|needs contexts",
                "tasks: [{id: a, variants: [{kind: remote, url: x}]}]|needs url, accuracy and time",
                "tasks: [{id: a, variants: [{kind: level, cut: x}]}]|belong to kind remote",
                "tasks: [{id: a, variants: [{kind: remote, url: x, accuracy: 1, time: 1s, wire: FP16}]}]|is cut",
                "tasks: [{id: a, variants: [{kind: remote, url: x, cut: y, time: 1s, wire: FP64}]}]|not as FP64",
                "tasks: [{id: a, variants: &v [{kind: level}]}]|anchors",
                "tasks: [{id: &a a, variants: [{kind: level}]}, {id: *a, variants: [{kind: level}]}]|anchors",
                "tasks: [*nothing]|anchors",
                "tasks: [{id: a, deadline: soon, variants: [{kind: level}]}]|is not a time",
                "tasks: [{id: a, labels: {x: [cat]}, variants: [{kind: shared}]}]|at least two",
                "tasks: [{id: a, labels: {x: [cat], y: [cat]}, variants: [{kind: shared}]}]|two labels",
                "tasks: [{id: a, labels: {x: [cat], y: [cow]}, variants: [{kind: shared}]}]|no class cow",
                "tasks: [{id: a, labels: {x: [cat], y: [dog]}, variants: [{kind: level}]}]|use kind shared",
                "tasks: [{id: a, contexts: [{name: c}], variants: [{kind: level}]}]|a name, classes and a share",
                "tasks: [{id: a, contexts: [{name: c, classes: [cat, dog, car, ship], share: 1}], variants: [{kind:"
                        + " level}]}]|all classes",
            })
    void whatCannotBeIsRefusedInOneLineThatSaysWhere(String text, String message) {
        assertThatThrownBy(() -> plans(text))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").contains("t.yaml"))
                .hasMessageContaining(message);
    }

    @Test
    void aFewLinesCannotStandForBillions() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            String before = "*a" + (i - 1);
            bomb.append("a" + i + ": &a" + i + " [")
                    .append((before + ", ").repeat(9))
                    .append(before)
                    .append("]\n");
        }
        assertThatThrownBy(() -> TasksFile.parse("schema: 1\n" + bomb, "t.yaml"))
                .isInstanceOf(UserException.class)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"))
                .hasMessageContaining("t.yaml (line 2)")
                .hasMessageContaining("anchors (&) and aliases (*)");
    }

    @Test
    void anotherSchemaIsRefused() {
        assertThatThrownBy(() -> TasksFile.parse("schema: 2\ntasks: []", "t.yaml"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("schema must be 1");
        assertThatThrownBy(() -> TasksFile.parse("", "t.yaml")).isInstanceOf(UserException.class);
        assertThatThrownBy(() -> TasksFile.parse("{", "t.yaml")).isInstanceOf(UserException.class);
    }
}
