package io.dms.backend.cudnn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What cuDNN answered to {@link DescriptorCalls} and {@link GraphCalls} of a seed, written down: of 9.5.1, whose answers to
 * the former are those of 8.2.2 as well. The stand-in is held to it, and so is a real library where one is named.
 */
final class Answers {
    static final long SEED = 1;

    private Answers() {}

    static List<String> descriptors() {
        return of("answers-descriptors.txt");
    }

    static List<String> graph() {
        return of("answers-graph.txt");
    }

    /** What cuBLASLt answered to {@link MatmulCalls}: those of CUDA 11.4 and 12.6 alike. */
    static List<String> matmuls() {
        return of("answers-matmul.txt");
    }

    /** The same of a library that is not older than 9.24, which answers otherwise in a few: both answers, after each other. */
    static List<String> laterGraph() {
        List<String> lines = new ArrayList<>(graph());
        List<String> pairs = of("answers-graph-9.24.txt");
        for (int i = 0; i < pairs.size(); i += 2) {
            lines.set(lines.indexOf(pairs.get(i)), pairs.get(i + 1));
        }
        return lines;
    }

    /** Lines of one list that are not those of the other, side by side. */
    static List<String> differences(List<String> written, List<String> now) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < Math.max(written.size(), now.size()); i++) {
            String was = i < written.size() ? written.get(i) : "nothing";
            String is = i < now.size() ? now.get(i) : "nothing";
            if (!was.equals(is)) {
                all.add("written down: " + was + "\n         here: " + is);
            }
        }
        return all;
    }

    private static List<String> of(String name) {
        try (var in = Objects.requireNonNull(Answers.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(l -> !l.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
