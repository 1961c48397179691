package io.dms.select.sample;

import io.dms.model.UserException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether the numbers of a table can be what they say they are; a reader asks before anything is learnt from them. */
final class SampleCheck {
    private static final float SLACK = 1e-4f;

    private SampleCheck() {}

    /**
     * @param name of the file, for messages
     * @throws UserException naming the first sample and candidate whose numbers can't be
     */
    static void check(SampleTable t, String name) {
        Set<String> ids = new HashSet<>();
        double last = 0;
        for (Candidate c : t.candidates()) {
            if (!ids.add(c.id())) {
                throw new UserException(name + ": there are two candidates " + c.id());
            }
            if (c.millis() < last) {
                throw new UserException(name + ": candidate " + c.id() + " must not be cheaper than the one before it");
            }
            last = c.millis();
        }
        float @Nullable [][][] all = t.probability();
        float mostNats = (float) Math.log(t.classes());
        for (int i = 0; i < t.samples(); i++) {
            if (t.label()[i] < 0 || t.label()[i] >= t.classes()) {
                throw refusal(name, t, i, "label " + t.label()[i] + ", which is none of " + t.classes() + " classes");
            }
            for (int c = 0; c < t.candidates().size(); c++) {
                String who = " of " + t.candidates().get(c).id();
                int answer = t.answer()[i][c];
                float p = t.confidence()[i][c];
                float m = t.margin()[i][c];
                float h = t.entropy()[i][c];
                float ms = t.millis()[i][c];
                if (answer < 0 || answer >= t.classes()) {
                    throw refusal(
                            name, t, i, "answer " + answer + who + ", which is none of " + t.classes() + " classes");
                }
                if (!(p > 0 && p <= 1)) {
                    throw refusal(name, t, i, "confidence " + p + who + ", which is no probability above 0");
                }
                if (!(m >= 0 && m <= p + SLACK)) {
                    throw refusal(name, t, i, "margin " + m + who + ", which is not between 0 and its confidence");
                }
                if (!(h >= 0 && h <= mostNats + SLACK)) {
                    throw refusal(name, t, i, "entropy " + h + who + ", which is not between 0 and " + mostNats);
                }
                if (all != null) {
                    double sum = 0;
                    for (float q : all[i][c]) {
                        sum += q >= 0 ? q : Double.NaN;
                    }
                    if (!(Math.abs(sum - 1) < 1e-3)) {
                        throw refusal(name, t, i, "probabilities" + who + " that sum to " + sum + " and not to 1");
                    }
                }
                if (!(ms > 0 && Float.isFinite(ms))) {
                    throw refusal(name, t, i, "time " + ms + who + ", which is not above 0");
                }
            }
        }
    }

    private static UserException refusal(String name, SampleTable t, int i, String what) {
        return new UserException(name + ": sample " + t.sample()[i] + " has " + what + ": profile again");
    }
}
