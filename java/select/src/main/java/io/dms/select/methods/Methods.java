package io.dms.select.methods;

import io.dms.model.UserException;
import io.dms.select.Method;
import io.dms.select.SelectorFile;
import io.dms.select.nested.NestedFile;
import io.dms.select.nested.NestedMethod;
import io.dms.select.published.PublishedMethod;
import io.dms.select.published.PublishedVariants;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The ways to learn a selector, by the names of the command line and of files. */
public final class Methods {
    private Methods() {}

    /** The names, ours first. */
    public static List<String> names() {
        List<String> names = new ArrayList<>(List.of(NestedMethod.NAME));
        PublishedVariants.all().stream().map(PublishedMethod::name).forEach(names::add);
        return names;
    }

    /**
     * The one of that name.
     *
     * @throws UserException if there is none
     */
    public static Method find(String name) {
        if (name.equals(NestedMethod.NAME)) {
            return new NestedMethod();
        }
        if (!names().contains(name)) {
            throw new UserException(
                    "there is no method \"" + name + "\" to select by; there are " + String.join(", ", names()));
        }
        return PublishedVariants.of(name);
    }

    /**
     * The one of that name, with the user's policies where it has any.
     *
     * @param none what to do where no candidate is expected to be right: {@code refuse}, {@code cheapest}, {@code best}, or a
     *     candidate's id; blank for the method's own
     * @param unsound what to do where the choice is not trusted; likewise
     * @throws UserException if there is none of that name, or it has no such policies
     */
    public static Method find(String name, String none, String unsound) {
        Method method = find(name);
        if (none.isBlank() && unsound.isBlank()) {
            return method;
        }
        if (!(method instanceof PublishedMethod)) {
            throw new UserException(name + " has no policy for inputs that no candidate will do for: it always answers;"
                    + " leave --when-none and --when-unsound out, or give --method published");
        }
        return PublishedVariants.of(name, none, unsound);
    }

    /**
     * Those of some names. Variants of the published method learn once, for the same samples, what they have in common.
     *
     * @throws UserException if there is none of a name
     */
    public static List<Method> find(List<String> names) {
        List<PublishedMethod> published = PublishedVariants.all();
        List<Method> methods = new ArrayList<>();
        for (String name : names) {
            Method alone = find(name);
            methods.add(published.stream()
                    .filter(m -> m.name().equals(name))
                    .map(Method.class::cast)
                    .findFirst()
                    .orElse(alone));
        }
        return methods;
    }

    /** Who reads what a method learned. */
    public static Map<String, SelectorFile.Reader> readers() {
        Map<String, SelectorFile.Reader> readers = new LinkedHashMap<>(PublishedVariants.readers());
        readers.put(NestedMethod.NAME, NestedFile::read);
        return readers;
    }
}
