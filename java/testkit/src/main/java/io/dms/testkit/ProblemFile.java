package io.dms.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads the kit's problem files, resources under {@code problems/} beside this class. */
public final class ProblemFile {
    /** Every file of the kit, without its ending. */
    public static final List<String> ALL = List.of(
            "resnet20",
            "resnet50",
            "mobilenetv2",
            "squeezenet",
            "densenet121",
            "tails",
            "edges",
            "transposed",
            "pooling",
            "elementwise",
            "movement",
            "resize",
            "linear",
            "networks");

    private ProblemFile() {}

    /**
     * The problems of one file, in order.
     *
     * @param name without its ending
     */
    public static List<Problem> load(String name) {
        try (InputStream in = ProblemFile.class.getResourceAsStream("problems/" + name + ".txt")) {
            if (in == null) {
                throw new IllegalArgumentException("no problem file " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .flatMap(line -> Problem.parse(line).stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
