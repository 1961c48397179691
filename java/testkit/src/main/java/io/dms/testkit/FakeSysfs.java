package io.dms.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A tree of small files in a temporary folder, such as an operating system shows its devices in, made from a compact
 * text and changed while a test runs.
 *
 * <p>The text has one file a line. {@code [folder]} says where the following relative paths begin; a path that begins
 * with a slash begins at the root. {@code path = value} is a file with that value and a newline, {@code path =} an empty
 * file. {@code path = |} takes the following lines that are indented by two spaces. {@code path -> target} is a symbolic
 * link. {@code {0..5}} in a path stands for each of the numbers, and {@code {}} in a link's target for that number.
 * {@code #} begins a line of commentary.
 */
public final class FakeSysfs implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("\\{(\\d+)\\.\\.(\\d+)}");
    /** The numbers that a kernel gives out in the order in which it finds devices. */
    private static final List<Pattern> NUMBERED = List.of(
            Pattern.compile("(?<=hwmon)\\d+"),
            Pattern.compile("(?<=iio:device)\\d+"),
            Pattern.compile("(?<=i2c-|i2c/devices/|i2c/drivers/ina3221/|i2c/drivers/ina3221x/)\\d+(?=[-/]|$)"),
            Pattern.compile("(?<=thermal_zone)\\d+"),
            Pattern.compile("(?<=cooling_device)\\d+"));

    private final Path root;

    private FakeSysfs(Path root) {
        this.root = root;
    }

    /** A tree from a text. */
    public static FakeSysfs of(String text) {
        return build(new ArrayList<>(parse(text).entrySet()));
    }

    /** A tree from a text file beside a class. */
    public static FakeSysfs resource(Class<?> near, String name) {
        return of(text(near, name));
    }

    /**
     * The same tree with the numbers of hwmon, iio and thermal devices, of cooling devices and of I2C buses given out in
     * another order, and the files made in another order.
     */
    public static FakeSysfs shuffled(String text, long seed) {
        Random random = new Random(seed);
        Map<String, String> entries = parse(text);
        for (Pattern pattern : NUMBERED) {
            TreeSet<Integer> numbers = new TreeSet<>();
            entries.forEach((path, value) -> {
                collect(pattern, path, numbers);
                collect(pattern, value.startsWith(LINK) ? value : "", numbers);
            });
            TreeSet<Integer> wider = new TreeSet<>(numbers);
            numbers.forEach(n -> wider.add(n + 7));
            List<Integer> others = new ArrayList<>(wider);
            Collections.shuffle(others, random);
            Map<Integer, Integer> renamed = new LinkedHashMap<>();
            for (int n : numbers) {
                renamed.put(n, others.get(renamed.size()));
            }
            Map<String, String> next = new LinkedHashMap<>();
            entries.forEach((path, value) -> next.put(
                    rename(pattern, path, renamed), value.startsWith(LINK) ? rename(pattern, value, renamed) : value));
            entries = next;
        }
        List<Map.Entry<String, String>> list = new ArrayList<>(entries.entrySet());
        Collections.shuffle(list, random);
        return build(list);
    }

    /** A text file beside a class. */
    public static String text(Class<?> near, String name) {
        try (InputStream in = near.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("no resource " + name + " beside " + near.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where {@code /} of the tree is. */
    public Path root() {
        return root;
    }

    /** A path of the tree in the real file system. */
    public Path path(String path) {
        return root.resolve(path.replaceFirst("^/+", ""));
    }

    /** Every file of the tree that is not a folder and not a link, from the root, sorted. */
    public List<String> files() {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(p -> Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS))
                    .map(p -> root.relativize(p).toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes or changes a file; a newline follows the value. */
    public FakeSysfs set(String path, String value) {
        return write(path, value + "\n");
    }

    /** Makes a file empty, as devices do that have nothing to say. */
    public FakeSysfs blank(String path) {
        return write(path, "");
    }

    /** Takes a file, a link or a whole folder away. */
    public FakeSysfs delete(String path) {
        deleteTree(path(path));
        return this;
    }

    /** Makes a link; the target is as in the file system, relative to the link's folder. */
    public FakeSysfs link(String path, String target) {
        try {
            Files.createDirectories(path(path).getParent());
            Files.deleteIfExists(path(path));
            Files.createSymbolicLink(path(path), Path.of(target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    @Override
    public void close() {
        deleteTree(root);
    }

    private static final String LINK = "\0link:";

    private FakeSysfs write(String path, String bytes) {
        try {
            Files.createDirectories(path(path).getParent());
            Files.writeString(path(path), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    private static FakeSysfs build(List<Map.Entry<String, String>> entries) {
        try {
            FakeSysfs tree =
                    new FakeSysfs(Files.createTempDirectory("dms-sysfs-").toRealPath());
            for (Map.Entry<String, String> e : entries) {
                if (e.getValue().startsWith(LINK)) {
                    tree.link(e.getKey(), e.getValue().substring(LINK.length()));
                } else {
                    tree.write(e.getKey(), e.getValue());
                }
            }
            return tree;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> parse(String text) {
        Map<String, String> out = new LinkedHashMap<>();
        String folder = "";
        String[] lines = text.split("\\R", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("[") && line.endsWith("]")) {
                folder = line.substring(1, line.length() - 1).replaceFirst("^/+", "") + "/";
                continue;
            }
            int at = line.indexOf(" -> ");
            boolean link = at > 0;
            if (!link) {
                at = line.indexOf(" =");
            }
            if (at < 0) {
                throw new IllegalArgumentException("line " + (i + 1) + " is neither a file nor a link: " + line);
            }
            String path = line.substring(0, at).strip();
            String value = link
                    ? LINK + line.substring(at + 4).strip()
                    : line.substring(at + 2).strip();
            if (value.equals("|")) {
                StringBuilder block = new StringBuilder();
                while (i + 1 < lines.length && lines[i + 1].startsWith("  ")) {
                    block.append(lines[++i].substring(2)).append('\n');
                }
                value = block.toString();
            } else if (!link && !value.isEmpty()) {
                value = value.replace("\\0", "\0") + "\n";
            }
            expand(path.startsWith("/") ? path.substring(1) : folder + path, value, out);
        }
        return out;
    }

    private static void expand(String path, String value, Map<String, String> out) {
        Matcher m = RANGE.matcher(path);
        if (!m.find()) {
            out.put(path, value);
            return;
        }
        for (int n = Integer.parseInt(m.group(1)); n <= Integer.parseInt(m.group(2)); n++) {
            String filled = value.startsWith(LINK) ? value.replace("{}", Integer.toString(n)) : value;
            expand(path.substring(0, m.start()) + n + path.substring(m.end()), filled, out);
        }
    }

    private static void collect(Pattern pattern, String text, TreeSet<Integer> into) {
        Matcher m = pattern.matcher(text);
        while (m.find()) {
            into.add(Integer.parseInt(m.group()));
        }
    }

    private static String rename(Pattern pattern, String text, Map<Integer, Integer> renamed) {
        return pattern.matcher(text).replaceAll(m -> {
            Integer other = renamed.get(Integer.parseInt(m.group()));
            return other == null ? m.group() : other.toString();
        });
    }

    private static void deleteTree(Path top) {
        if (!Files.exists(top, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> all = Files.walk(top)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(p);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
