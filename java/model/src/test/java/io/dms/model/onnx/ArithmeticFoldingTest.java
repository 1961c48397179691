package io.dms.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import io.dms.model.ModelException;
import io.dms.model.Node;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Constants are computed at import as ONNX Runtime computes them, at the values where ways of computing part. */
class ArithmeticFoldingTest {
    private static final int SIZE = 8;

    private final ModelBuilder b = ModelBuilder.opset(16).input("x", "N", SIZE);

    /** Adds a constant to the input, so that it is what the network gives, and checks that nothing else is left. */
    private void same(String constant) throws OrtException {
        b.node("Add", List.of("x", constant), List.of("y")).bareOutput("y");
        assertThat(SameOutputs.check(b.bytes()).graph().nodes().stream().map(Node::op))
                .containsExactly("Add");
    }

    private void floats(String name, float... values) {
        b.initializer(ModelBuilder.floats(name, new int[] {SIZE}, values));
    }

    private void longs(String name, long... values) {
        b.initializer(ModelBuilder.longs(name, values));
    }

    private String asFloats(String name) {
        b.node("Cast", name, name + "_real", "to", ElementType.FLOAT);
        return name + "_real";
    }

    @ParameterizedTest
    @ValueSource(strings = {"Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual"})
    void realsAreCompared(String op) throws OrtException {
        floats("a", -0f, 0, 1, 2, Float.NaN, Float.NaN, Float.NEGATIVE_INFINITY, 3);
        floats("c", 0, -0f, 2, 1, Float.NaN, 1, Float.POSITIVE_INFINITY, 3);
        b.node(op, List.of("a", "c"), List.of("holds"));
        same(asFloats("holds"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Equal",
                "Less",
                "Greater",
                "LessOrEqual",
                "GreaterOrEqual",
                "Add",
                "Sub",
                "Mul",
                "Div",
                "Mod",
                "Min",
                "Max"
            })
    void integersAreComparedAndCombined(String op) throws OrtException {
        longs("a", -7, 7, -7, 7, 0, 5, -6, 6);
        longs("c", 2, -2, -2, 2, 3, 5, 6, -3);
        b.node(op, List.of("a", "c"), List.of("r"));
        same(asFloats("r"));
    }

    @Test
    void theRemainderOfFmodHasTheSignOfTheFirst() throws OrtException {
        longs("a", -7, 7, -7, 7, 0, 5, -6, 6);
        longs("c", 2, -2, -2, 2, 3, 5, 6, -3);
        b.node("Mod", List.of("a", "c"), List.of("r"), "fmod", 1);
        same(asFloats("r"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Div", "Mod"})
    void aDivisionOfIntegersByZeroIsNamed(String op) {
        b.node(op, List.of(b.vector(1, 2, 3, 4, 5, 6, 7, 8), b.vector(1, 2, 3, 4, 5, 6, 7, 0)), List.of("r"));
        b.node("Add", List.of("x", asFloats("r")), List.of("y")).bareOutput("y");
        assertThatThrownBy(b::read)
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("divides a constant by zero");
    }

    @ParameterizedTest
    @ValueSource(strings = {"And", "Or", "Xor"})
    void truthIsCombined(String op) throws OrtException {
        longs("a", 0, 0, 1, 1, 0, 2, -1, 5);
        longs("c", 0, 1, 0, 1, 7, 4, 0, -3);
        b.node("Cast", "a", "p", "to", ElementType.BOOL).node("Cast", "c", "q", "to", ElementType.BOOL);
        b.node(op, List.of("p", "q"), List.of("r")).node("Not", "r", "not");
        b.node("Where", List.of("not", asFloats("p"), asFloats("q")), List.of("w"));
        b.node("Add", List.of("w", asFloats("r")), List.of("both"));
        same("both");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Neg", "Abs", "Floor", "Ceil", "Round", "Sign", "Relu"})
    void realsAreRounded(String op) throws OrtException {
        floats("a", -2.5f, -1.5f, -0.5f, 0.5f, 1.5f, 2.5f, -1.2f, 1.7f);
        b.node(op, "a", "r");
        same("r");
    }

    @Test
    void aRealBecomesTheIntegerTowardsNothing() throws OrtException {
        floats("a", -2.5f, -1.5f, -0.5f, 0.5f, 1.5f, 2.5f, -1.2f, 1.7f);
        b.node("Cast", "a", "r", "to", ElementType.INT64);
        same(asFloats("r"));
    }

    @Test
    void boundsMayBeAttributesOrInputs() throws OrtException {
        float[] values = {-3, -2, -1, 0, 1, 2, 3, 4};
        floats("a", values);
        b.node("Clip", List.of("a", "", b.real(2)), List.of("top"));
        b.node("Clip", List.of("top", b.real(-1)), List.of("both"));
        same("both");
        ModelBuilder old = ModelBuilder.opset(9).input("x", "N", SIZE);
        old.initializer(ModelBuilder.floats("a", new int[] {SIZE}, values));
        old.node("Clip", "a", "r", "min", -1f, "max", 2f);
        old.node("Add", List.of("x", "r"), List.of("y")).bareOutput("y");
        assertThat(SameOutputs.check(old.bytes()).graph().nodes()).hasSize(1);
    }

    /** Eight of sixteen, forwards and backwards, with ends beyond the axis. */
    @ParameterizedTest
    @CsvSource({
        "0, 8, 1",
        "0, 16, 2",
        "1, 99, 2",
        "-8, 9223372036854775807, 1",
        "15, -17, -2",
        "99, -9223372036854775807, -2",
        "7, -99, -1",
        "-1, 7, -1",
        "-16, -8, 1",
    })
    void aSliceOfAConstantIsCutAsItsBoundsSay(long start, long end, long step) throws OrtException {
        float[] v = new float[16];
        for (int i = 0; i < v.length; i++) {
            v[i] = i * i + 1;
        }
        b.initializer(ModelBuilder.floats("a", new int[] {16}, v));
        b.node("Slice", List.of("a", b.vector(start), b.vector(end), b.vector(0), b.vector(step)), List.of("r"));
        same("r");
    }

    @ParameterizedTest
    @CsvSource({"3, 99, 9223372036854775807", "3, -99, -9223372036854775807", "3, 4, 1", "-13, 2, -1"})
    void aSliceMayBeOneElement(long start, long end, long step) throws OrtException {
        float[] v = new float[16];
        for (int i = 0; i < v.length; i++) {
            v[i] = i * i + 1;
        }
        b.initializer(ModelBuilder.floats("a", new int[] {16}, v));
        b.node("Slice", List.of("a", b.vector(start), b.vector(end), b.vector(0), b.vector(step)), List.of("r"));
        same("r");
    }
}
