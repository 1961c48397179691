package io.dms.select.nested;

import io.dms.select.Seen;
import io.dms.select.Selector;
import io.dms.select.sample.Candidate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Starts with a cheap candidate and goes on to whichever one raises the probability of a right answer by more than its
 * time is worth; a jump to the widest at once is one of the choices. Allocates nothing after it was made.
 */
final class NestedSelector implements Selector {
    private final NestedModel model;
    private double price;
    private int start;
    private final Past past;
    private final float[][] answers;
    private final double[] blended;
    private final double[] millis;
    private final float[] x;
    private int answer;
    private @Nullable State state;
    /** How many runs of the present input {@link #state}, {@link #answer} and {@link #x} are of. */
    private int looked;

    NestedSelector(NestedModel model, double price, int start) {
        this.model = model;
        this.price = price;
        this.start = start;
        int n = model.candidates().size();
        past = new Past(model.classes());
        answers = new float[n][];
        blended = new double[model.classes()];
        millis = new double[n];
        x = new float[Signals.count(model.classes()) + model.mostEmbedding()];
    }

    @Override
    public String name() {
        return NestedMethod.NAME;
    }

    @Override
    public List<Candidate> candidates() {
        return model.candidates();
    }

    @Override
    public boolean readsImage() {
        return false;
    }

    @Override
    public boolean readsEmbedding(int candidate) {
        return model.embedding(candidate) > 0;
    }

    @Override
    public int next(Seen seen) {
        looked = 0;
        if (seen.runs() == 0) {
            return first(seen);
        }
        State s = look(seen);
        if (s == null) {
            return STOP;
        }
        for (int c = 0; c < millis.length; c++) {
            millis[c] = seen.open(c) ? seen.millis(c) : Double.POSITIVE_INFINITY;
        }
        int best = s.best(x, price, millis);
        return best < 0 ? STOP : best;
    }

    /** The start of this setting; where time is too short for it the fastest one. */
    private int first(Seen seen) {
        if (seen.open(start)) {
            return start;
        }
        int fastest = 0;
        for (int c = 1; c < millis.length; c++) {
            fastest = seen.millis(c) < seen.millis(fastest) ? c : fastest;
        }
        return fastest;
    }

    /** Blends what was seen and computes the signals; null where there is no state for it. */
    private @Nullable State look(Seen seen) {
        if (looked == seen.runs()) {
            return state;
        }
        looked = seen.runs();
        int mask = 0;
        for (int r = 0; r < seen.runs(); r++) {
            int c = seen.candidate(r);
            mask |= 1 << c;
            answers[c] = seen.probability(c);
        }
        State s = model.state(mask);
        state = s;
        if (s == null) {
            answer = seen.answer(seen.last());
            return null;
        }
        s.blend().mix(answers, past.classes(), blended);
        int best = Signals.top(blended);
        int agree = 0;
        for (int r = 0; r < seen.runs(); r++) {
            agree += seen.answer(seen.candidate(r)) == best ? 1 : 0;
        }
        answer = Signals.fill(blended, (double) agree / seen.runs(), past.doubt(), x);
        if (s.embedding() > 0) {
            System.arraycopy(seen.embedding(seen.last()), 0, x, Signals.count(blended.length), s.embedding());
        }
        return s;
    }

    @Override
    public int answer(Seen seen) {
        look(seen);
        return answer;
    }

    @Override
    public double sureness(Seen seen) {
        State s = look(seen);
        return s == null ? seen.confidence(seen.last()) : s.now().at(x);
    }

    /** How likely the answer will be right once a candidate ran as well; NaN where it is not to run from here. */
    double sureness(Seen seen, int candidate) {
        State s = look(seen);
        Logistic gate = s == null ? null : s.then()[candidate];
        return gate == null ? Double.NaN : gate.at(x);
    }

    @Override
    public void finish(Seen seen) {
        if (seen.runs() > 0) {
            past.add(seen.probability(seen.candidate(0)));
        }
        looked = 0;
    }

    @Override
    public void turn(int setting) {
        NestedModel.Setting s = model.places().get(setting);
        price = s.price();
        start = s.start();
    }

    @Override
    public void restart() {
        past.restart();
    }
}
