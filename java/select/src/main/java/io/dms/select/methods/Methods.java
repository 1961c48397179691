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

    /** Who reads what a method learned. */
    public static Map<String, SelectorFile.Reader> readers() {
        Map<String, SelectorFile.Reader> readers = new LinkedHashMap<>(PublishedVariants.readers());
        readers.put(NestedMethod.NAME, NestedFile::read);
        return readers;
    }
}
