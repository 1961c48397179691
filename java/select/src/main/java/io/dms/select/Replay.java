package io.dms.select;

import io.dms.select.sample.FeatureTable;
import io.dms.select.sample.SampleTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Plays the samples of a table to selectors, as if the candidates ran: what was measured is answered from the table. Not
 * thread-safe.
 */
public final class Replay {
    private final SampleTable table;
    private final @Nullable FeatureTable image;
    private final @Nullable FeatureTable[] embedding;
    private final Seen seen;
    private int sample;

    /** Room to play the samples of a table. */
    public Replay(TrainingData data) {
        table = data.samples();
        image = data.image();
        int n = table.candidates().size();
        embedding = new FeatureTable[n];
        int[] lengths = new int[n];
        for (int c = 0; c < n; c++) {
            FeatureTable t = data.embeddings().get(c);
            embedding[c] = t;
            lengths[c] = t == null ? 0 : t.names().size();
        }
        List<Double> millis = table.candidates().stream().map(c -> c.millis()).toList();
        seen = new Seen(
                millis, table.classes(), image == null ? 0 : image.names().size(), lengths);
    }

    /** What was seen of the sample that was played last. */
    public Seen seen() {
        return seen;
    }

    /** Begins a sample without a deadline. */
    public Seen begin(int sample) {
        this.sample = sample;
        seen.begin(Double.POSITIVE_INFINITY);
        if (image != null) {
            float[] row = image.values()[sample];
            System.arraycopy(row, 0, seen.image(), 0, row.length);
        }
        return seen;
    }

    /** Answers for a candidate. */
    public void run(int candidate) {
        FeatureTable features = embedding[candidate];
        if (features != null) {
            float[] row = features.values()[sample];
            System.arraycopy(row, 0, seen.embedding(candidate), 0, row.length);
        }
        float[][][] whole = table.probability();
        if (whole != null) {
            seen.ran(candidate, whole[sample][candidate]);
        } else {
            seen.summary(
                    candidate,
                    table.answer()[sample][candidate],
                    table.confidence()[sample][candidate],
                    table.margin()[sample][candidate],
                    table.entropy()[sample][candidate]);
        }
    }

    /**
     * Plays a whole sample.
     *
     * @return the class that the selector answers, or {@link Selector#REFUSE}
     */
    public int play(Selector selector, int sample) {
        begin(sample);
        int next = selector.next(seen);
        while (next >= 0) {
            if (seen.ran(next)) {
                throw new IllegalStateException(selector.name() + " asks twice for candidate " + next);
            }
            run(next);
            next = selector.next(seen);
        }
        int answer = next == Selector.REFUSE ? Selector.REFUSE : selector.answer(seen);
        selector.finish(seen);
        return answer;
    }

    /** Time of the candidates that ran on the sample that was played last, each at its usual time. */
    public double millis() {
        double sum = 0;
        for (int r = 0; r < seen.runs(); r++) {
            sum += table.candidates().get(seen.candidate(r)).millis();
        }
        return sum;
    }
}
