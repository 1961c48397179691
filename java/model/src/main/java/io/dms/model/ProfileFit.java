package io.dms.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a profile tells the truth about what is to run. Its figures hold for one model, backend, precision and batch on
 * one board; where only the board's pace differs (power mode, threads, library versions), the ratios between levels still
 * serve, and a controller finds the common factor within a few frames.
 *
 * @param verdict what may be done with it
 * @param point the operating point whose figures come closest; of no meaning where it is refused
 * @param sentence one sentence for people
 */
public record ProfileFit(Verdict verdict, int point, String sentence) {
    /** What may be done with a profile. */
    public enum Verdict {
        /** Its figures hold as they are. */
        FITS,
        /** Its ratios between levels hold, its milliseconds and millijoules have to be scaled. */
        RESCALE,
        /** It says nothing about what is to run. */
        REFUSED
    }

    /**
     * What is to run.
     *
     * @param modelDigest as {@link ModelDigest} gives it
     * @param backend as on the command line
     * @param precision as in {@code fp32}
     * @param batch images per call
     * @param threads threads inside one call
     * @param board its name and power mode now, and the versions of what the figures depend on
     */
    public record Running(
            String modelDigest, String backend, String precision, int batch, int threads, Profile.Board board) {}

    /** Compares. */
    public static ProfileFit of(Profile p, Running r) {
        if (!p.modelDigest().equals(r.modelDigest())) {
            return refused(p, "belongs to other weights than the model that is to run");
        }
        if (!p.backend().equals(r.backend())) {
            return refused(p, "was measured with backend " + p.backend() + ", not " + r.backend());
        }
        if (!p.precision().equals(r.precision())) {
            return refused(p, "was measured in " + p.precision() + ", not " + r.precision());
        }
        if (p.batch() != r.batch()) {
            return refused(p, "was measured with batch " + p.batch() + ", not " + r.batch());
        }
        if (!p.board().name().equals(r.board().name())) {
            return refused(
                    p,
                    "was measured on " + p.board().name() + ", not on "
                            + r.board().name());
        }
        int point = pointOf(p, r.board().powerMode());
        if (point < 0) {
            return rescale(
                    p,
                    0,
                    "was measured in power mode " + p.board().powerMode() + ", not "
                            + r.board().powerMode());
        }
        if (p.threads() != r.threads()) {
            return rescale(p, point, "was measured with " + p.threads() + " threads, not " + r.threads());
        }
        for (Map.Entry<String, String> v : r.board().versions().entrySet()) {
            String then = p.board().versions().get(v.getKey());
            if (then != null && !v.getKey().equals("dms") && !then.equals(v.getValue())) {
                return rescale(p, point, "was measured with " + v.getKey() + " " + then + ", not " + v.getValue());
            }
        }
        return new ProfileFit(Verdict.FITS, point, "the profile of " + p.model() + " belongs to this model and board");
    }

    /** This comparison, or the refusal as an error. */
    public ProfileFit orThrow() {
        if (verdict == Verdict.REFUSED) {
            throw new UserException(sentence);
        }
        return this;
    }

    private static int pointOf(Profile p, @Nullable String mode) {
        List<Profile.Point> points = p.points();
        for (int i = 0; i < points.size(); i++) {
            String of = points.get(i).powerMode();
            if (mode == null || (of == null ? p.board().powerMode() : of) == null) {
                return 0;
            }
            if (mode.equals(of == null ? p.board().powerMode() : of)) {
                return i;
            }
        }
        return -1;
    }

    private static ProfileFit refused(Profile p, String why) {
        return new ProfileFit(
                Verdict.REFUSED, 0, "the profile of " + p.model() + " " + why + "; measure again with dms profile");
    }

    private static ProfileFit rescale(Profile p, int point, String why) {
        return new ProfileFit(
                Verdict.RESCALE,
                point,
                "the profile of " + p.model() + " " + why
                        + ": its figures are scaled to what is measured while it runs");
    }
}
