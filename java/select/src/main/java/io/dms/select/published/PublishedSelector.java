package io.dms.select.published;

import io.dms.select.Seen;
import io.dms.select.Selector;
import io.dms.select.learn.Scaling;
import io.dms.select.sample.Candidate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses one model from the features of the image, before any network ran, and lets its answer stand. Where the choice is
 * not done within the time that is left, the costliest candidate that is: one of those it was taught to choose from if
 * any is.
 */
final class PublishedSelector implements Selector {
    private final String name;
    private final List<Candidate> candidates;
    private final int features;
    private final int[] used;
    private final int[] models;
    private final Scaling scaling;
    private final Cascade cascade;
    private final @Nullable Refusal refusal;
    private final int none;
    private final int unsound;
    private final float[] x;

    PublishedSelector(PublishedLearned learned) {
        this.name = learned.name();
        this.candidates = learned.candidates();
        this.features = learned.features().size();
        this.used = learned.used();
        this.models = learned.models();
        this.scaling = learned.scaling();
        this.cascade = learned.cascade().own();
        Refusal shared = learned.refusal();
        this.refusal = shared == null ? null : shared.own();
        this.none = learned.none();
        this.unsound = learned.unsound();
        this.x = new float[used.length];
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Candidate> candidates() {
        return candidates;
    }

    @Override
    public boolean readsImage() {
        return true;
    }

    @Override
    public boolean readsEmbedding(int candidate) {
        return false;
    }

    @Override
    public int next(Seen seen) {
        if (seen.runs() > 0) {
            return STOP;
        }
        int choice = choice(seen.image());
        return choice == REFUSE || seen.open(choice) ? choice : inTime(seen);
    }

    /**
     * The candidate for an image, or {@link #REFUSE}, whatever time is left.
     *
     * @param image all features, in the order of training
     */
    int choice(float[] image) {
        if (image.length != features) {
            throw new IllegalArgumentException(image.length + " features of an image, trained with " + features);
        }
        for (int f = 0; f < used.length; f++) {
            float value = image[used[f]];
            if (!Float.isFinite(value)) {
                // what can't be compared with anything is unlike all that was learned
                return unsound;
            }
            x[f] = scaling.scale(f, value);
        }
        int choice = cascade.choose(x);
        if (choice == Cascade.UNSOUND || (refusal != null && !refusal.trusts(x, choice))) {
            return unsound;
        }
        return choice == models.length ? none : models[choice];
    }

    private int inTime(Seen seen) {
        int best = -1;
        for (int model : models) {
            if (seen.open(model) && (best < 0 || seen.millis(model) > seen.millis(best))) {
                best = model;
            }
        }
        if (best >= 0) {
            return best;
        }
        int fastest = 0;
        for (int c = 0; c < seen.candidates(); c++) {
            if (seen.open(c) && (best < 0 || seen.millis(c) > seen.millis(best))) {
                best = c;
            }
            if (seen.millis(c) < seen.millis(fastest)) {
                fastest = c;
            }
        }
        return best >= 0 ? best : fastest;
    }
}
