package io.dms.serve.protocol;

import java.util.ArrayList;
import java.util.List;

/**
 * One of the best classes of an image (the classification extension).
 *
 * @param score as the model gives it
 * @param index of the class
 * @param label its name, empty where the server knows none
 */
public record ScoredClass(double score, int index, String label) {
    /**
     * The classes of an answer, an image each, best first.
     *
     * @throws InferenceException if the tensor holds something else
     */
    public static List<List<ScoredClass>> of(TensorData t) {
        if (t.type() != TensorType.BYTES || t.shape().length < 1) {
            throw new InferenceException(
                    Refusal.INTERNAL,
                    "the server gave scores in place of classes: it lacks the" + " classification extension");
        }
        List<String> texts = GrpcCodec.texts(t);
        int images = t.shape().length == 1 ? 1 : Math.toIntExact(t.shape()[0]);
        int each = images == 0 ? 0 : texts.size() / images;
        List<List<ScoredClass>> out = new ArrayList<>();
        for (int i = 0; i < images; i++) {
            List<ScoredClass> one = new ArrayList<>();
            texts.subList(i * each, (i + 1) * each).forEach(x -> one.add(parse(x)));
            out.add(List.copyOf(one));
        }
        return List.copyOf(out);
    }

    private static ScoredClass parse(String text) {
        String[] parts = text.split(":", 3);
        try {
            return new ScoredClass(
                    Double.parseDouble(parts[0]), Integer.parseInt(parts[1]), parts.length < 3 ? "" : parts[2]);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new InferenceException(
                    Refusal.INTERNAL, "a class is SCORE:INDEX or SCORE:INDEX:LABEL, not " + Text.brief(text), e);
        }
    }
}
