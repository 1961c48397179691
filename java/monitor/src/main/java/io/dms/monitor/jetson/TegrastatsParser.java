package io.dms.monitor.jetson;

import io.dms.monitor.jetson.TegrastatsLine.Clock;
import io.dms.monitor.jetson.TegrastatsLine.Core;
import io.dms.monitor.jetson.TegrastatsLine.Rail;
import io.dms.monitor.jetson.TegrastatsLine.Used;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines of {@code tegrastats} of JetPack 4 to 7, which print no version of their format: with or without a time
 * stamp, units at rails, clocks (JetPack 4 tells them only to root), loads (Thor has none), with one, two or three
 * values a rail, and clocks alone or in a list. A word is told by its form and not by its place; what has no form that is
 * known is passed over. A temperature is a word with {@code @}, so that the rail {@code GPU} of AGX Xavier and its
 * temperature {@code GPU@30C} stay apart.
 */
public final class TegrastatsParser {
    private static final int MOST_CHARACTERS = 16_384;
    private static final int MOST_CORES = 256;
    private static final double MEGA = 1e6;

    private static final Pattern TIME = Pattern.compile("^(\\d\\d-\\d\\d-\\d{4} \\d\\d:\\d\\d:\\d\\d)\\s");
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");
    private static final Pattern USED = Pattern.compile("(\\d{1,9})/(\\d{1,9})([kMG]?)B");
    private static final Pattern RAIL =
            Pattern.compile("(-?\\d{1,9})(?:mW)?/(-?\\d{1,9})(?:mW)?(?:/-?\\d{1,9}(?:mW)?)?");
    private static final Pattern TEMPERATURE = Pattern.compile("(-?\\d{1,6}(?:\\.\\d{1,6})?)C(?:/-?[\\d.]{1,12}C)?");
    private static final Pattern CLOCK =
            Pattern.compile("(?:(\\d{1,3})%)?(?:@(?:(\\d{1,7})|\\[([^\\[\\]]{0,200})])?)?|(\\d{1,7})|(off)");
    private static final Pattern CORE = Pattern.compile("(\\d{1,3})%(?:@(\\d{1,7}))?|(off)");

    private TegrastatsParser() {}

    /** What a line says; null where it is none of tegrastats. Throws nothing. */
    public static @Nullable TegrastatsLine parse(String line) {
        if (line.length() > MOST_CHARACTERS) {
            return null;
        }
        Line out = new Line();
        String text = line;
        Matcher time = TIME.matcher(text);
        if (time.find()) {
            out.time = time.group(1);
            text = text.substring(time.end());
        }
        List<String> words = words(text);
        for (int i = 0; i < words.size(); i++) {
            String next = i + 1 < words.size() ? words.get(i + 1) : "";
            if (out.take(words.get(i), next)) {
                i++;
            }
        }
        return out.finish();
    }

    /** Words between blanks; what stands in brackets or parentheses is one word. */
    private static List<String> words(String line) {
        List<String> out = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        int depth = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '(' && depth == 0) {
                end(word, out);
            }
            if (c == '[' || c == '(') {
                depth++;
            } else if ((c == ']' || c == ')') && depth > 0) {
                depth--;
            }
            if (c <= ' ' && depth == 0) {
                end(word, out);
            } else if (c > ' ') {
                word.append(c);
            }
        }
        end(word, out);
        return out;
    }

    private static void end(StringBuilder word, List<String> into) {
        if (word.length() > 0) {
            into.add(word.toString());
            word.setLength(0);
        }
    }

    /** What was found so far. */
    private static final class Line {
        private @Nullable String time;
        private Used ram = Used.UNKNOWN;
        private Used swap = Used.UNKNOWN;
        private List<Core> cores = List.of();
        private Clock memory = Clock.UNKNOWN;
        private Clock gpu = Clock.UNKNOWN;
        private final Map<String, Clock> engines = new LinkedHashMap<>();
        private final Map<String, Double> temperatures = new LinkedHashMap<>();
        private final Map<String, Rail> rails = new LinkedHashMap<>();

        /** Takes note of a word; true where the next one belonged to it. */
        private boolean take(String word, String next) {
            int at = word.indexOf('@');
            if (at >= 0) {
                temperature(word.substring(0, at), word.substring(at + 1));
                return false;
            }
            if (!NAME.matcher(word).matches()) {
                return false;
            }
            if (next.startsWith("[") && word.equalsIgnoreCase("CPU")) {
                cores(next);
                return true;
            }
            return used(word, next) || rail(word, next) || clock(word, next);
        }

        private void temperature(String name, String text) {
            Matcher m = TEMPERATURE.matcher(text);
            if (NAME.matcher(name).matches() && m.matches() && !ThermalZones.isInvented(name)) {
                temperatures.putIfAbsent(name, Double.parseDouble(m.group(1)));
            }
        }

        private boolean used(String name, String text) {
            Matcher m = USED.matcher(text);
            if (!m.matches()) {
                return false;
            }
            double unit = switch (m.group(3)) {
                case "k" -> 1024;
                case "M" -> 1 << 20;
                case "G" -> 1 << 30;
                default -> 1;
            };
            Used found = new Used(Integer.parseInt(m.group(1)) * unit, Integer.parseInt(m.group(2)) * unit);
            switch (name.toUpperCase(Locale.ROOT)) {
                case "RAM" -> ram = found;
                case "SWAP" -> swap = found;
                default -> {}
            }
            return true;
        }

        private boolean rail(String name, String text) {
            Matcher m = RAIL.matcher(text);
            if (!m.matches()) {
                return false;
            }
            if (!name.equals("NC")) {
                rails.putIfAbsent(
                        name, new Rail(Integer.parseInt(m.group(1)) / 1e3, Integer.parseInt(m.group(2)) / 1e3));
            }
            return true;
        }

        private void cores(String text) {
            int end = text.indexOf(']');
            String inner = text.substring(1, end < 0 ? text.length() : end);
            // Thor may tell one clock for all: [0%,5%,off]@2601.
            double common = end < 0 ? Double.NaN : hertz(text.substring(end + 1));
            List<Core> found = new ArrayList<>();
            for (String part : inner.split(",", MOST_CORES)) {
                Matcher m = CORE.matcher(part);
                if (!m.matches()) {
                    found.add(new Core(true, Double.NaN, Double.NaN));
                } else if (m.group(3) != null) {
                    found.add(new Core(false, Double.NaN, Double.NaN));
                } else {
                    double own = m.group(2) == null ? common : Integer.parseInt(m.group(2)) * MEGA;
                    found.add(new Core(true, share(m.group(1)), own));
                }
            }
            cores = found;
        }

        private static double hertz(String text) {
            Matcher m = CLOCK.matcher(text);
            return m.matches() && m.group(2) != null ? Integer.parseInt(m.group(2)) * MEGA : Double.NaN;
        }

        private boolean clock(String name, String text) {
            Matcher m = CLOCK.matcher(text);
            if (text.isEmpty() || !m.matches()) {
                return false;
            }
            String alone = m.group(2) != null ? m.group(2) : m.group(4);
            double hertz = Double.NaN;
            if (alone != null) {
                hertz = Integer.parseInt(alone) * MEGA;
            } else if (m.group(3) != null) {
                hertz = highest(m.group(3));
            } else if (m.group(5) != null) {
                hertz = 0;
            }
            Clock found = new Clock(share(m.group(1)), hertz);
            switch (name.toUpperCase(Locale.ROOT)) {
                case "EMC_FREQ", "EMC" -> memory = found;
                case "GR3D_FREQ", "GR3D" -> gpu = found;
                default -> engines.putIfAbsent(name, found);
            }
            return true;
        }

        private static double highest(String list) {
            double most = Double.NaN;
            for (String part : list.split(",", MOST_CORES)) {
                if (part.matches("\\d{1,7}")) {
                    double hertz = Integer.parseInt(part) * MEGA;
                    most = hertz <= most ? most : hertz;
                }
            }
            return most;
        }

        private static double share(@Nullable String percent) {
            int value = percent == null ? -1 : Integer.parseInt(percent);
            return value < 0 || value > 100 ? Double.NaN : value / 100.0;
        }

        private @Nullable TegrastatsLine finish() {
            if (Double.isNaN(ram.used()) && cores.isEmpty() && rails.isEmpty()) {
                return null;
            }
            return new TegrastatsLine(
                    time,
                    ram,
                    swap,
                    List.copyOf(cores),
                    memory,
                    gpu,
                    Collections.unmodifiableMap(engines),
                    Collections.unmodifiableMap(temperatures),
                    Collections.unmodifiableMap(rails));
        }
    }
}
