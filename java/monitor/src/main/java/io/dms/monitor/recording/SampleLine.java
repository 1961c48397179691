package io.dms.monitor.recording;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.dms.monitor.Absence;
import io.dms.monitor.PowerMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One line of a recording: a sample of one source, {@code {"t":1200000,"s":0,"v":[5.2,null],"a":["","BUSY"]}}, or its
 * power mode, {@code {"t":1200000,"s":0,"id":2,"mode":"MODE_15W"}}. {@code t} is nanoseconds since the recording began,
 * {@code s} the source's place in the header. {@code a} is there only where something is absent. Filled again for each
 * line.
 */
final class SampleLine {
    private static final JsonFactory JSON = new JsonFactory();

    long nanos;
    int source;
    int count;
    double[] values = new double[16];

    @Nullable
    Absence[] reasons = new @Nullable Absence[16];

    @Nullable
    PowerMode mode;

    /** Empties it, with room for some values. */
    void clear(int sensors) {
        if (values.length < sensors) {
            values = new double[sensors];
            reasons = new @Nullable Absence[sensors];
        }
        nanos = -1;
        source = -1;
        count = 0;
        mode = null;
    }

    // ---- writing ----

    byte[] toJson() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(32 + 12 * count);
        try (JsonGenerator g = JSON.createGenerator(bytes)) {
            g.writeStartObject();
            g.writeNumberField("t", nanos);
            g.writeNumberField("s", source);
            PowerMode m = mode;
            if (m == null) {
                values(g);
            } else {
                g.writeNumberField("id", m.id());
                g.writeStringField("mode", m.name());
            }
            g.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        bytes.write('\n');
        return bytes.toByteArray();
    }

    private void values(JsonGenerator g) throws IOException {
        boolean whole = true;
        g.writeArrayFieldStart("v");
        for (int i = 0; i < count; i++) {
            if (reasons[i] == null) {
                g.writeNumber(values[i]);
            } else {
                g.writeNull();
                whole = false;
            }
        }
        g.writeEndArray();
        if (!whole) {
            g.writeArrayFieldStart("a");
            for (int i = 0; i < count; i++) {
                Absence why = reasons[i];
                g.writeString(why == null ? "" : why.name());
            }
            g.writeEndArray();
        }
    }

    // ---- reading ----

    /** Reads a line of a recording whose sources have so many sensors; false where it is none. */
    boolean parse(String line, int[] sensors) {
        clear(0);
        String modeName = null;
        long modeId = Long.MIN_VALUE;
        int named = 0;
        try (JsonParser p = JSON.createParser(line.getBytes(StandardCharsets.UTF_8))) {
            if (p.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String key = p.currentName();
                JsonToken token = p.nextToken();
                switch (key) {
                    case "t" -> nanos = whole(p, token);
                    case "s" -> source = (int) Math.max(-1, Math.min(Integer.MAX_VALUE, whole(p, token)));
                    case "id" -> modeId = whole(p, token);
                    case "mode" -> modeName = token == JsonToken.VALUE_STRING ? p.getText() : null;
                    case "v" -> count = numbers(p, token);
                    case "a" -> named = reasons(p, token);
                    default -> p.skipChildren();
                }
            }
            if (p.currentToken() != JsonToken.END_OBJECT || p.nextToken() != null) {
                return false;
            }
        } catch (IOException e) {
            return false;
        }
        if (nanos < 0 || source < 0 || source >= sensors.length) {
            return false;
        }
        if (modeName != null) {
            mode = new PowerMode((int) Math.max(-1, Math.min(Integer.MAX_VALUE, modeId)), modeName);
            return true;
        }
        return count == sensors[source] && (named == 0 || named == count) && agree(named);
    }

    private static long whole(JsonParser p, JsonToken token) throws IOException {
        return token == JsonToken.VALUE_NUMBER_INT ? p.getLongValue() : -1;
    }

    private int numbers(JsonParser p, JsonToken token) throws IOException {
        if (token != JsonToken.START_ARRAY) {
            return -1;
        }
        int n = 0;
        for (JsonToken t = p.nextToken(); t != JsonToken.END_ARRAY; t = p.nextToken()) {
            grow(n);
            if (t == null || !(t.isNumeric() || t == JsonToken.VALUE_NULL)) {
                return -1;
            }
            values[n++] = t == JsonToken.VALUE_NULL ? Double.NaN : p.getDoubleValue();
        }
        return n;
    }

    private int reasons(JsonParser p, JsonToken token) throws IOException {
        if (token != JsonToken.START_ARRAY) {
            return -1;
        }
        int n = 0;
        for (JsonToken t = p.nextToken(); t != JsonToken.END_ARRAY; t = p.nextToken()) {
            grow(n);
            if (t != JsonToken.VALUE_STRING) {
                return -1;
            }
            reasons[n++] = reason(p.getText());
        }
        return n;
    }

    /** Gives every value that is not there a reason, and takes reasons from those that are. */
    private boolean agree(int named) {
        for (int i = 0; i < count; i++) {
            boolean there = Double.isFinite(values[i]);
            Absence why = i < named ? reasons[i] : null;
            reasons[i] = there ? null : why == null ? Absence.FAILED : why;
        }
        return true;
    }

    private void grow(int n) {
        if (n >= values.length) {
            values = java.util.Arrays.copyOf(values, 2 * n);
        }
        if (n >= reasons.length) {
            reasons = java.util.Arrays.copyOf(reasons, 2 * n);
        }
    }

    private static @Nullable Absence reason(String name) {
        for (Absence a : Absence.values()) {
            if (a.name().equals(name)) {
                return a;
            }
        }
        return null;
    }
}
