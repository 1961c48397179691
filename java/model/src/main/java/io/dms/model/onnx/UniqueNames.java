package io.dms.model.onnx;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Makes names that are not taken. Not thread-safe. */
final class UniqueNames {
    private final Set<String> taken = new HashSet<>();
    private final Map<String, Integer> next = new HashMap<>();

    void reserve(String name) {
        taken.add(name);
    }

    /** The wish itself where it is free, else with a number behind it; taken from now on. */
    String fresh(String wish) {
        String name = wish;
        while (name.isEmpty() || !taken.add(name)) {
            name = wish + "_" + next.merge(wish, 1, Integer::sum);
        }
        return name;
    }
}
