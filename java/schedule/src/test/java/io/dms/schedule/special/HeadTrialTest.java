package io.dms.schedule.special;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dms.model.UserException;
import org.junit.jupiter.api.Test;

/** What is measured of one head, and how it is judged. */
class HeadTrialTest {
    private static final int[] OWN = {0, 1};
    private static final RuleOptions OPTIONS = RuleOptions.DEFAULT;
    private static final int NONE = Margins.GRID.indexOf(Margins.NONE);
    /** Four classes, the first two hold 90 %. */
    private static final double[] SKEWED = {0.45, 0.45, 0.05, 0.05};

    private static HeadTrial trial(int images, double right, double accepts, boolean unsure) {
        return Trials.of(4, OWN, images, 0.9, right, accepts, unsure);
    }

    private static boolean passes(HeadTrial trial, double[] mix, double seen, HeadJudge judge) {
        return judge.choose(new HeadJudge.Known(0, trial, new HeadJudge.Checks()), 0.2, mix, seen);
    }

    private static HeadJudge judge() {
        return new HeadJudge(OPTIONS, 1);
    }

    @Test
    void theGainIsThatOfTheCascadeOverTheGeneralModelOnTheSameImages() {
        // By hand: own classes' images 0-2 of 0, 3-5 of 1, others 6-7 of 2. The head takes all but the last.
        int[] labels = {0, 0, 0, 1, 1, 1, 2, 2};
        int[] general = {0, 0, 1, 1, 2, 1, 2, 2};
        int[] named = {0, 0, 0, 1, 1, 0, 0, 0};
        float[] over = {5, 5, 5, 5, 5, 5, 5, -5};
        HeadTrial t = new HeadTrial(OWN, 3, labels, general, named, over, new float[] {9, 9, 9, 9, 9, 9, 9, 9});
        double[] first = {1, 0, 0};
        double[] second = {0, 1, 0};
        double[] third = {0, 0, 1};
        assertThat(t.gain(NONE, first)).as("one more of three").isCloseTo(1 / 3.0, within(1e-6));
        assertThat(t.gain(NONE, second)).as("one more and one less").isCloseTo(0, within(1e-6));
        assertThat(t.gain(NONE, third)).as("one less of two").isCloseTo(-0.5, within(1e-6));
        assertThat(t.taken(NONE, third)).isCloseTo(0.5, within(1e-6));
        assertThat(t.differ(NONE, second)).isCloseTo(2 / 3.0, within(1e-6));
        assertThat(t.differ(NONE, third)).as("of what is taken").isCloseTo(1, within(1e-6));
        assertThat(t.variance(NONE, new double[] {0.5, 0.5, 0}, 1e15))
                .as("of a mean of two means over three images each, half an image more")
                .isCloseTo(0.25 * ((0.375 - 1 / 9.0) / 3 + 0.625 / 3), within(1e-6));
        assertThat(t.gain(NONE, new double[] {0.5, 0.3, 0.2})).isCloseTo(0.5 / 3 - 0.1, within(1e-6));
        assertThat(t.confusion(NONE).share(2, 0))
                .as("an image of 2 taken for 0")
                .isBetween(0.4, 0.6);
        assertThat(t.confusion(NONE).share(0, 0))
                .as("the head names all of 0 rightly, and not all of 1")
                .isGreaterThan(t.confusion(NONE).share(1, 1));
    }

    @Test
    void aHeadWorseThanTheGeneralModelIsNeverGoodEnoughHoweverManyImagesShowIt() {
        assertThat(passes(trial(2000, 0.99, 0.05, false), SKEWED, 500, judge())).isTrue();
        assertThat(passes(trial(2000, 0.85, 0.05, false), SKEWED, 500, judge())).isFalse();
    }

    @Test
    void fewImagesAreNotEnoughToTrustAHead() {
        assertThat(passes(trial(3, 0.99, 0, false), SKEWED, 500, judge())).isFalse();
        assertThat(passes(trial(300, 0.99, 0, false), SKEWED, 500, judge())).isTrue();
    }

    @Test
    void fewAnswersOfTheStreamAreNotEnoughWhereOtherClassesWouldHurt() {
        HeadTrial t = trial(2000, 0.94, 0.5, false);
        double[] mix = {0.475, 0.475, 0.025, 0.025};
        assertThat(passes(t, mix, 1000, judge())).isTrue();
        assertThat(passes(t, mix, 5, judge())).isFalse();
    }

    @Test
    void marginsArePickedThatPassUnsureMistakesOnAndNoMoreThanThat() {
        HeadTrial t = trial(1000, 0.85, 0.3, true);
        HeadJudge judge = judge();
        assertThat(passes(t, SKEWED, 1000, judge)).isTrue();
        Margins picked = Margins.GRID.get(judge.margins);
        assertThat(Math.max(picked.overOther(), picked.overNext()))
                .isGreaterThan(1)
                .isLessThanOrEqualTo(5);
        assertThat(judge.taken).as("what it is sure and right of").isCloseTo(0.9 * 0.85, within(0.01));
        HeadTrial sure = trial(1000, 0.99, 0.02, true);
        assertThat(passes(sure, SKEWED, 1000, judge)).isTrue();
        assertThat(judge.taken).as("all that is its own").isGreaterThan(0.88);
    }

    @Test
    void theEstimateFollowsTheMix() {
        HeadTrial t = trial(1000, 0.97, 0.3, false);
        assertThat(passes(t, SKEWED, 1000, judge())).isTrue();
        assertThat(passes(t, new double[] {0.25, 0.25, 0.25, 0.25}, 1000, judge()))
                .isFalse();
    }

    @Test
    void disagreementsBeyondThoseExpectedAreTakenOffTheEstimate() {
        HeadJudge judge = judge();
        HeadJudge.Known k = new HeadJudge.Known(0, trial(1000, 0.97, 0.02, false), new HeadJudge.Checks());
        assertThat(judge.choose(k, 0.2, SKEWED, 1000)).isTrue();
        for (int i = 0; i < 40; i++) {
            k.checks.checked(i % 10 > 0, 0.1);
        }
        assertThat(k.checks.excess()).as("as many as expected").isZero();
        for (int i = 0; i < 40; i++) {
            k.checks.checked(i % 2 > 0, 0.1);
        }
        assertThat(k.checks.excess()).isGreaterThan(0.05);
        assertThat(judge.choose(k, 0.2, SKEWED, 1000)).isFalse();
    }

    @Test
    void aClassWithoutImagesCountsAsLost() {
        int[] labels = {0, 0, 1, 1};
        HeadTrial t = new HeadTrial(OWN, 3, labels, labels, labels, new float[4], new float[4]);
        assertThat(t.gain(NONE, new double[] {0, 0, 1})).isEqualTo(-1);
        assertThatThrownBy(() -> new HeadTrial(OWN, 3, labels, new int[3], labels, new float[4], new float[4]))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("answers to the 4 held-out images");
    }

    @Test
    void theMixIsFoundBehindWrongAnswers() {
        // Class 0 is called 1 in three cases of ten; the stream shows class 0 alone.
        int[] labels = new int[2000];
        int[] answers = new int[2000];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % 4;
            answers[i] = labels[i] == 0 && i % 40 < 12 ? 1 : labels[i];
        }
        ClassMix mix = new ClassMix(Confusion.of(4, labels, answers), 200);
        for (int i = 0; i < 200; i++) {
            mix.window().add(i % 10 < 3 ? 1 : 0);
        }
        double[] shares = mix.estimate();
        assertThat(shares[0]).isGreaterThan(0.93);
        assertThat(shares[1]).isLessThan(0.06);
        mix.answeredBy(Confusion.of(4, labels, labels));
        assertThat(mix.estimate()[0]).as("carried over").isGreaterThan(0.9);
        for (int i = 0; i < 200; i++) {
            mix.window().add(2);
        }
        assertThat(mix.estimate()[2]).as("and forgotten as the window fills").isGreaterThan(0.97);
    }
}
