package io.dms.testkit;

import java.io.IOException;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the classes of a module call of JavaCPP's presets, by their class files. One source runs on the presets of every
 * CUDA generation, and javac binds a call to a signature: a preset that widened an {@code int} would fail on the board
 * alone, at the first call.
 *
 * @param all each member that is named, once for each class that names it
 */
public record PresetCalls(List<Call> all) {
    /**
     * One of them.
     *
     * @param owner as {@code org/bytedeco/cuda/global/cudart}
     * @param member name and descriptor
     * @param from the class file that names it
     */
    public record Call(String owner, String member, String from) {}

    /**
     * Those of the module that a class is of.
     *
     * @param one any class of the module
     * @param leftOut names of class files that do not count
     */
    public static PresetCalls ofModuleOf(Class<?> one, Set<String> leftOut) throws IOException, URISyntaxException {
        return in(
                Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI()), leftOut);
    }

    /** Those of a folder of classes. */
    public static PresetCalls in(Path classes, Set<String> leftOut) throws IOException {
        List<Call> all = new ArrayList<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String from = String.valueOf(file.getFileName());
                if (!leftOut.contains(from)) {
                    for (String call : ClassFile.read(Files.readAllBytes(file)).calls()) {
                        String owner = call.substring(0, call.indexOf('.'));
                        if (owner.startsWith("org/bytedeco/")) {
                            all.add(new Call(owner, call.substring(owner.length() + 1), from));
                        }
                    }
                }
            }
        }
        return new PresetCalls(List.copyOf(all));
    }

    /** What a flavour's presets have not. */
    public Set<String> missing(PresetJars presets) {
        return all.stream()
                .filter(c -> !presets.declares(c.owner, c.member))
                .map(c -> c.owner + "." + c.member + " in " + c.from)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * The methods among them that a class of the presets declares itself, and does not inherit from JavaCPP, as {@code
     * class result name(parameters)}.
     *
     * @param owners beginning of the names of those classes
     */
    public Set<String> functions(String owners) throws ClassNotFoundException {
        Set<String> functions = new TreeSet<>();
        for (Call c : all) {
            String owner = c.owner.replace('/', '.');
            int open = c.member.indexOf('(');
            if (owner.startsWith(owners) && open > 0 && declares(owner, c.member.substring(0, open))) {
                MethodType type = MethodType.fromMethodDescriptorString(
                        c.member.substring(open), PresetCalls.class.getClassLoader());
                String parameters =
                        type.parameterList().stream().map(Class::getName).collect(Collectors.joining(","));
                functions.add(owner + " " + type.returnType().getName() + " " + c.member.substring(0, open) + "("
                        + parameters + ")");
            }
        }
        return functions;
    }

    private static boolean declares(String owner, String name) throws ClassNotFoundException {
        Class<?> type = Class.forName(owner, false, PresetCalls.class.getClassLoader());
        return Arrays.stream(type.getDeclaredMethods()).map(Method::getName).anyMatch(name::equals);
    }

    /** Lines of a list that a module keeps, without those that begin with {@code #}. */
    public static Set<String> listed(Path list) throws IOException {
        try (Stream<String> lines = Files.lines(list)) {
            return lines.filter(l -> !l.startsWith("#")).collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
