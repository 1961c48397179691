package io.dms.model.onnx;

import java.util.LinkedHashMap;
import java.util.Map;

/** Collects the attributes of a canonical node. */
final class Attributes {
    private final Map<String, Object> map = new LinkedHashMap<>();

    Attributes put(String name, long value) {
        map.put(name, value);
        return this;
    }

    Attributes put(String name, float value) {
        map.put(name, value);
        return this;
    }

    Attributes put(String name, String value) {
        map.put(name, value);
        return this;
    }

    Attributes put(String name, long[] values) {
        map.put(name, values.clone());
        return this;
    }

    Attributes put(String name, int[] values) {
        long[] all = new long[values.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = values[i];
        }
        map.put(name, all);
        return this;
    }

    Attributes put(String name, float[] values) {
        map.put(name, values.clone());
        return this;
    }

    Map<String, Object> map() {
        return map;
    }
}
