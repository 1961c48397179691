package io.dms.control;

import io.dms.model.UserException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Goals as people write them: {@code p95<=30ms rate>=30 energy<=5mJ power<=10W accuracy>=0.85 priority=1 weight=2}, terms
 * in any order, separated by spaces or commas.
 */
final class GoalGrammar {
    private static final String EXAMPLE = "as in \"p95<=30ms rate>=30 energy<=5mJ power<=10W accuracy>=0.85\"";
    private static final Pattern AROUND_SIGN = Pattern.compile("\\s*(<=|>=|≤|≥|=|<|>)\\s*");
    private static final Pattern BEFORE_UNIT =
            Pattern.compile("(?<=[0-9.])\\s+(?=(?:us|µs|ms|s|mJ|J|mW|W|kW|fps|Hz|/s|%)(?:[\\s,;]|$))");
    private static final Pattern TERM = Pattern.compile("([^<>=]+)(<=|>=|=|<|>)([^<>=]+)");
    private static final Pattern QUANTITY =
            Pattern.compile("([+-]?[0-9]*\\.?[0-9]+(?:[eE][+-]?[0-9]+)?)([a-zA-Zµ%/]*)");
    private static final Pattern PERCENTILE = Pattern.compile("p([0-9]+(?:\\.[0-9]+)?)");

    private static final Map<String, Double> MILLIS = Map.of("us", 1e-3, "µs", 1e-3, "ms", 1.0, "s", 1e3);
    private static final Map<String, Double> RATE = Map.of("", 1.0, "fps", 1.0, "/s", 1.0, "Hz", 1.0);
    private static final Map<String, Double> MILLIJOULES = Map.of("mJ", 1.0, "J", 1e3);
    private static final Map<String, Double> WATTS = Map.of("W", 1.0, "mW", 1e-3, "kW", 1e3);
    private static final Map<String, Double> SHARE = Map.of("", 1.0, "%", 0.01);
    private static final Map<String, Double> PLAIN = Map.of("", 1.0);

    private final Map<String, Double> values = new LinkedHashMap<>();
    private double percentile = Goal.NONE.percentile();

    private GoalGrammar() {}

    static Goal parse(String text) {
        String normal = AROUND_SIGN
                .matcher(text.strip())
                .replaceAll("$1")
                .replace("≤", "<=")
                .replace("≥", ">=");
        normal = BEFORE_UNIT.matcher(normal).replaceAll("");
        if (normal.equals("none")) {
            return Goal.NONE;
        }
        if (normal.isEmpty()) {
            throw new UserException("the goal is empty; write one " + EXAMPLE + ", or none");
        }
        GoalGrammar g = new GoalGrammar();
        for (String term : normal.split("[\\s,;]+", -1)) {
            if (!term.isEmpty()) {
                g.term(term);
            }
        }
        Double priority = g.values.getOrDefault("priority", 0.0);
        if (priority != Math.rint(priority) || Math.abs(priority) > 1000) {
            throw new UserException(
                    "the priority of a goal must be a whole number from -1000 to 1000: " + show(priority));
        }
        Double weight = g.values.getOrDefault("weight", 1.0);
        return new Goal(
                g.values.get("latency"),
                g.percentile,
                g.values.get("rate"),
                g.values.get("energy"),
                g.values.get("power"),
                g.values.get("accuracy"),
                priority.intValue(),
                weight);
    }

    private void term(String term) {
        Matcher m = TERM.matcher(term);
        if (!m.matches()) {
            throw new UserException("\"" + term + "\" is no goal; write one " + EXAMPLE);
        }
        String name = m.group(1);
        String sign = m.group(2);
        String value = m.group(3);
        Matcher p = PERCENTILE.matcher(name);
        if (p.matches()) {
            percentile = Double.parseDouble(p.group(1));
            put("latency", term, sign, "<=", value, MILLIS, "a unit of time: us, ms or s");
            return;
        }
        switch (name) {
            case "latency" -> {
                percentile = 100;
                put(name, term, sign, "<=", value, MILLIS, "a unit of time: us, ms or s");
            }
            case "rate" -> put(name, term, sign, ">=", value, RATE, "no unit, or fps");
            case "energy" -> put(name, term, sign, "<=", value, MILLIJOULES, "a unit of energy: mJ or J");
            case "power" -> put(name, term, sign, "<=", value, WATTS, "a unit of power: W or mW");
            case "accuracy" -> put(name, term, sign, ">=", value, SHARE, "no unit, or %");
            case "priority", "weight" -> put(name, term, sign, "=", value, PLAIN, "no unit");
            default ->
                throw new UserException("\"" + term + "\": there is no goal called " + name
                        + "; there are p50 to p100, latency, rate, energy, power, accuracy, priority and weight");
        }
    }

    private void put(
            String name, String term, String sign, String right, String value, Map<String, Double> units, String unit) {
        if (!sign.equals(right)) {
            throw new UserException("\"" + term + "\": " + name + " is bounded by " + right + ", not by " + sign);
        }
        Matcher q = QUANTITY.matcher(value);
        if (!q.matches()) {
            throw new UserException("\"" + term + "\": " + value + " is no number");
        }
        Double factor = units.get(q.group(2));
        if (factor == null) {
            throw new UserException("\"" + term + "\": " + name + " takes " + unit);
        }
        BigDecimal exact = new BigDecimal(q.group(1)).multiply(BigDecimal.valueOf(factor));
        if (values.put(name, exact.doubleValue()) != null) {
            throw new UserException("\"" + term + "\": the goal has two bounds on " + name + "; keep one");
        }
    }

    static String show(Goal g) {
        StringBuilder out = new StringBuilder();
        if (g.latencyMillis() != null) {
            add(out, g.percentile() == 100 ? "latency<=" : "p" + show(g.percentile()) + "<=", g.latencyMillis(), "ms");
        }
        add(out, "rate>=", g.framesPerSecond(), "");
        add(out, "energy<=", g.millijoules(), "mJ");
        add(out, "power<=", g.watts(), "W");
        add(out, "accuracy>=", g.accuracyFloor(), "");
        if (g.priority() != 0) {
            add(out, "priority=", (double) g.priority(), "");
        }
        if (g.weight() != 1) {
            add(out, "weight=", g.weight(), "");
        }
        return out.isEmpty() ? "none" : out.toString();
    }

    private static void add(StringBuilder out, String name, @Nullable Double value, String unit) {
        if (value != null) {
            out.append(out.isEmpty() ? "" : " ")
                    .append(name)
                    .append(show(value))
                    .append(unit);
        }
    }

    private static String show(double v) {
        return new BigDecimal(Double.toString(v)).stripTrailingZeros().toPlainString();
    }
}
