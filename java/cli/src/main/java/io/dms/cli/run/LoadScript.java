package io.dms.cli.run;

import io.dms.model.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A script of disturbances: {@code load:2@10-20} has other processes keep two cores busy from second 10 to second 20,
 * {@code burst:2/0.3+0.7@30-40} does so for 0.3 s out of every second, and {@code quota:0.5@50-60} leaves this process half
 * a core. Immutable.
 *
 * @param spans in the order in which they were written
 */
public record LoadScript(List<Span> spans) {
    /** The forms, for people. */
    public static final String FORMS = "load:CORES@FROM-TO, burst:CORES/ON+OFF@FROM-TO and quota:CORES@FROM-TO, in"
            + " seconds, separated by commas, as in load:2@10-20,burst:1/0.3+0.7@30-40,quota:0.5@50-60";

    /** Nothing happens. */
    public static final LoadScript NONE = new LoadScript(List.of());

    private static final int MOST_CORES = 256;
    private static final double LEAST_QUOTA = 0.1;
    private static final String NUMBER = "(\\d{1,6}(?:\\.\\d{1,6})?)";
    private static final Pattern LOAD = Pattern.compile("load:(\\d{1,4})@" + NUMBER + "-" + NUMBER);
    private static final Pattern QUOTA = Pattern.compile("quota:" + NUMBER + "@" + NUMBER + "-" + NUMBER);
    private static final Pattern BURST =
            Pattern.compile("burst:(\\d{1,4})/" + NUMBER + "\\+" + NUMBER + "@" + NUMBER + "-" + NUMBER);

    /**
     * One disturbance.
     *
     * @param cores busy processes, 0 for a quota
     * @param quota cores that are left to this process, infinity where that is not limited
     * @param from second at which it begins
     * @param to second at which it ends
     * @param onSeconds length of a burst, as long as the whole for a step
     * @param offSeconds pause behind a burst, 0 for a step
     */
    public record Span(int cores, double quota, double from, double to, double onSeconds, double offSeconds) {
        /** True where it is one step. */
        public boolean step() {
            return offSeconds == 0;
        }

        /** True where this process is limited. */
        boolean limits() {
            return !Double.isInfinite(quota);
        }

        /** True where it is on at this second. */
        boolean on(double second) {
            if (second < from || second >= to) {
                return false;
            }
            return step() || (second - from) % (onSeconds + offSeconds) < onSeconds;
        }

        /** For people. */
        public String label() {
            if (limits()) {
                return "quota of " + number(quota) + (quota == 1 ? " core" : " cores");
            }
            String what = cores + (cores == 1 ? " busy process" : " busy processes");
            return step() ? what : what + ", " + number(onSeconds) + " s on, " + number(offSeconds) + " s off";
        }
    }

    /** Copies the list. */
    public LoadScript {
        spans = List.copyOf(spans);
    }

    /**
     * Reads a script.
     *
     * @throws UserException if it can't be read
     */
    public static LoadScript parse(String text) {
        List<Span> out = new ArrayList<>();
        for (String term : text.strip().split("\\s*,\\s*", -1)) {
            out.add(span(term.toLowerCase(Locale.ROOT)));
        }
        return new LoadScript(out);
    }

    private static Span span(String term) {
        Matcher load = LOAD.matcher(term);
        Matcher burst = BURST.matcher(term);
        Matcher quota = QUOTA.matcher(term);
        Span span;
        if (quota.matches()) {
            double from = Double.parseDouble(quota.group(2));
            double to = Double.parseDouble(quota.group(3));
            double cores = Double.parseDouble(quota.group(1));
            if (cores < LEAST_QUOTA || cores > MOST_CORES) {
                throw new UserException(
                        "\"" + term + "\" must leave between " + LEAST_QUOTA + " and " + MOST_CORES + " cores");
            }
            span = new Span(0, cores, from, to, to - from, 0);
        } else if (load.matches()) {
            double from = Double.parseDouble(load.group(2));
            double to = Double.parseDouble(load.group(3));
            span = new Span(Integer.parseInt(load.group(1)), Double.POSITIVE_INFINITY, from, to, to - from, 0);
        } else if (burst.matches()) {
            span = new Span(
                    Integer.parseInt(burst.group(1)),
                    Double.POSITIVE_INFINITY,
                    Double.parseDouble(burst.group(4)),
                    Double.parseDouble(burst.group(5)),
                    Double.parseDouble(burst.group(2)),
                    Double.parseDouble(burst.group(3)));
        } else {
            throw new UserException("\"" + term + "\" is no disturbance; the forms are " + FORMS);
        }
        if (!span.limits() && (span.cores() < 1 || span.cores() > MOST_CORES)) {
            throw new UserException("\"" + term + "\" must keep between 1 and " + MOST_CORES + " cores busy");
        }
        if (!(span.to() > span.from())) {
            throw new UserException("\"" + term + "\" must end after it begins");
        }
        if (burst.matches() && !(span.onSeconds() >= 0.01 && span.offSeconds() >= 0.01)) {
            throw new UserException("\"" + term + "\" must be on and off for at least 0.01 s each");
        }
        return span;
    }

    /** Processes that are wanted at this second. */
    int wanted(double second) {
        int n = 0;
        for (Span s : spans) {
            n += s.on(second) ? s.cores() : 0;
        }
        return n;
    }

    /** True where this process is limited at any time. */
    boolean limits() {
        return spans.stream().anyMatch(Span::limits);
    }

    /** Cores that are left to this process at this second, infinity where it is not limited. */
    double quota(double second) {
        double least = Double.POSITIVE_INFINITY;
        for (Span s : spans) {
            least = s.on(second) ? Math.min(least, s.quota()) : least;
        }
        return least;
    }

    /** When the last one ends. */
    public double end() {
        return spans.stream().mapToDouble(Span::to).max().orElse(0);
    }

    /** As it is written. */
    @Override
    public String toString() {
        List<String> out = new ArrayList<>();
        for (Span s : spans) {
            String when = "@" + number(s.from()) + "-" + number(s.to());
            out.add(
                    s.limits()
                            ? "quota:" + number(s.quota()) + when
                            : s.step()
                                    ? "load:" + s.cores() + when
                                    : "burst:" + s.cores() + "/" + number(s.onSeconds()) + "+" + number(s.offSeconds())
                                            + when);
        }
        return String.join(",", out);
    }

    private static String number(double v) {
        return Math.rint(v) == v ? Long.toString(Math.round(v)) : Double.toString(v);
    }
}
