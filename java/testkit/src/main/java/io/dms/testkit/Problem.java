package io.dms.testkit;

import io.dms.model.UserException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of a problem file: a kind, then words in any order. {@code n1 c16 h32} are numbers by letter,
 * {@code act=relu} are named values, {@code residual} are flags. Where commas list several values the line stands for
 * one problem with each; colons join what belongs together ({@code pads=0:1:1:0}). The text of a problem is a line
 * again, so what a failure prints can be run alone.
 *
 * <p>Letters: n batch, c input channels, h and w plane, k output channels, r kernel, s stride, p padding, d dilation,
 * g groups. {@code width} scales c and k, as a level does. {@code seed} chooses weights and inputs.
 */
public final class Problem {
    private static final Pattern NUMBER = Pattern.compile("([a-z])(\\d+(?:,\\d+)*)");

    private final String kind;
    private final Map<String, String> words;

    private Problem(String kind, Map<String, String> words) {
        this.kind = kind;
        this.words = words;
    }

    /**
     * The problems of one line, none for an empty one or a comment ({@code #}).
     *
     * @throws UserException if the line does not have the form above
     */
    public static List<Problem> parse(String line) {
        String text = line.strip();
        if (text.isEmpty() || text.startsWith("#")) {
            return List.of();
        }
        String[] parts = text.split("\\s+", -1);
        List<Map<String, String>> all = new ArrayList<>(List.of(new LinkedHashMap<>()));
        for (String part : Arrays.asList(parts).subList(1, parts.length)) {
            Matcher number = NUMBER.matcher(part);
            int equals = part.indexOf('=');
            String key = number.matches() ? number.group(1) : equals > 0 ? part.substring(0, equals) : part;
            String values =
                    number.matches() ? number.group(2) : part.substring(equals > 0 ? equals + 1 : part.length());
            List<Map<String, String>> next = new ArrayList<>();
            for (Map<String, String> words : all) {
                for (String value : values.split(",", -1)) {
                    Map<String, String> more = new LinkedHashMap<>(words);
                    if (more.put(key, value) != null) {
                        throw new UserException("problem line has " + key + " twice: " + line);
                    }
                    next.add(more);
                }
            }
            all = next;
        }
        return all.stream().map(w -> new Problem(parts[0], w)).toList();
    }

    /** First word. */
    String kind() {
        return kind;
    }

    boolean has(String word) {
        return words.containsKey(word);
    }

    String text(String word, String otherwise) {
        return words.getOrDefault(word, otherwise);
    }

    int number(String word, int otherwise) {
        String v = words.get(word);
        try {
            return v == null ? otherwise : Integer.parseInt(v);
        } catch (NumberFormatException e) {
            throw new UserException(word + " must be a whole number in problem: " + this, e);
        }
    }

    float real(String word, float otherwise) {
        String v = words.get(word);
        try {
            return v == null ? otherwise : Float.parseFloat(v);
        } catch (NumberFormatException e) {
            throw new UserException(word + " must be a number in problem: " + this, e);
        }
    }

    /** Numbers joined by colons; {@code otherwise} where the word is absent. */
    int[] numbers(String word, int... otherwise) {
        String v = words.get(word);
        try {
            return v == null
                    ? otherwise
                    : Arrays.stream(v.split(":", -1))
                            .mapToInt(Integer::parseInt)
                            .toArray();
        } catch (NumberFormatException e) {
            throw new UserException(word + " must be whole numbers joined by colons in problem: " + this, e);
        }
    }

    /** Images per call. */
    int batch() {
        return number("n", 1);
    }

    /** Seed of weights and inputs. */
    long seed() {
        return number("seed", 1);
    }

    /** Channels under a letter, scaled by the width. */
    int channels(String letter, int otherwise) {
        return Math.max(1, Math.round(number(letter, otherwise) * real("width", 1)));
    }

    /** The line that stands for this problem alone. */
    @Override
    public String toString() {
        StringBuilder s = new StringBuilder(kind);
        words.forEach((k, v) -> s.append(' ')
                .append(k)
                .append(v.isEmpty() || (k.length() == 1 && Character.isDigit(v.charAt(0))) ? "" : "=")
                .append(v));
        return s.toString();
    }
}
