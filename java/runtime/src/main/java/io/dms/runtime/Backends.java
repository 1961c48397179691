package io.dms.runtime;

import io.dms.model.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The backends on the class path, found by {@link ServiceLoader}. Finding one loads none of its natives. */
public final class Backends {
    private Backends() {}

    /** All backends, ordered by name. */
    public static List<Backend> all() {
        List<Backend> found = new ArrayList<>();
        ServiceLoader.load(Backend.class, Backends.class.getClassLoader()).forEach(found::add);
        found.sort((a, b) -> a.name().compareTo(b.name()));
        return List.copyOf(found);
    }

    /**
     * The backend of this name.
     *
     * @throws UserException if there is none, naming those that there are
     */
    public static Backend find(String name) {
        List<Backend> all = all();
        for (Backend b : all) {
            if (b.name().equals(name)) {
                return b;
            }
        }
        throw new UserException("no backend is called " + name + ": choose one of "
                + all.stream().map(Backend::name).collect(Collectors.joining(", ")));
    }
}
