package io.dms.select.sample;

import io.dms.model.UserException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One array in NumPy's file format (version 1.0, NumPy enhancement proposal 1): 32-bit integers or floats, little-endian,
 * row by row. Numbers are kept exactly and other tools read them.
 */
final class NpyArray {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern DESCRIPTION = Pattern.compile("'descr':\\s*'([^']*)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order':\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape':\\s*\\(([0-9, ]*)\\)");

    private NpyArray() {}

    static void write(OutputStream out, int[] values) throws IOException {
        header(out, "<i4", "(" + values.length + ",)");
        ByteBuffer bytes = buffer(values.length);
        bytes.asIntBuffer().put(values);
        out.write(bytes.array());
    }

    static void write(OutputStream out, int[][] rows, int columns) throws IOException {
        header(out, "<i4", "(" + rows.length + ", " + columns + ")");
        ByteBuffer bytes = buffer(columns);
        for (int[] row : rows) {
            bytes.asIntBuffer().put(row);
            out.write(bytes.array());
        }
    }

    static void write(OutputStream out, float[][] rows, int columns) throws IOException {
        header(out, "<f4", "(" + rows.length + ", " + columns + ")");
        ByteBuffer bytes = buffer(columns);
        for (float[] row : rows) {
            bytes.asFloatBuffer().put(row);
            out.write(bytes.array());
        }
    }

    static void write(OutputStream out, float[][][] rows, int columns, int depth) throws IOException {
        header(out, "<f4", "(" + rows.length + ", " + columns + ", " + depth + ")");
        ByteBuffer bytes = buffer(depth);
        for (float[][] row : rows) {
            for (float[] values : row) {
                bytes.asFloatBuffer().put(values);
                out.write(bytes.array());
            }
        }
    }

    private static ByteBuffer buffer(int numbers) {
        return ByteBuffer.allocate(Math.multiplyExact(numbers, Integer.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void header(OutputStream out, String type, String shape) throws IOException {
        StringBuilder text =
                new StringBuilder("{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }");
        while ((MAGIC.length + 4 + text.length() + 1) % 64 != 0) {
            text.append(' ');
        }
        text.append('\n');
        out.write(MAGIC);
        out.write(new byte[] {1, 0, (byte) text.length(), (byte) (text.length() >> 8)});
        out.write(text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    /** Reads {@code n} integers. */
    static int[] ints(InputStream in, String what, int n) throws IOException {
        expect(in, what, "<i4", n);
        int[] out = new int[n];
        numbers(in, what, n).asIntBuffer().get(out);
        end(in, what);
        return out;
    }

    static int[][] ints(InputStream in, String what, int n, int columns) throws IOException {
        expect(in, what, "<i4", n, columns);
        int[][] out = new int[n][];
        for (int i = 0; i < n; i++) {
            out[i] = new int[columns];
            numbers(in, what, columns).asIntBuffer().get(out[i]);
        }
        end(in, what);
        return out;
    }

    static float[][] floats(InputStream in, String what, int n, int columns) throws IOException {
        expect(in, what, "<f4", n, columns);
        float[][] out = new float[n][];
        for (int i = 0; i < n; i++) {
            out[i] = new float[columns];
            numbers(in, what, columns).asFloatBuffer().get(out[i]);
        }
        end(in, what);
        return out;
    }

    static float[][][] floats(InputStream in, String what, int n, int columns, int depth) throws IOException {
        expect(in, what, "<f4", n, columns, depth);
        float[][][] out = new float[n][columns][depth];
        for (float[][] row : out) {
            for (float[] values : row) {
                numbers(in, what, depth).asFloatBuffer().get(values);
            }
        }
        end(in, what);
        return out;
    }

    private static ByteBuffer numbers(InputStream in, String what, int n) throws IOException {
        byte[] bytes = in.readNBytes(n * Integer.BYTES);
        if (bytes.length != n * Integer.BYTES) {
            throw new UserException(what + " is cut short: profile again");
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void end(InputStream in, String what) throws IOException {
        if (in.read() >= 0) {
            throw new UserException(what + " holds more numbers than it says: profile again");
        }
    }

    private static void expect(InputStream in, String what, String type, int... shape) throws IOException {
        String header = header(in, what);
        Matcher description = DESCRIPTION.matcher(header);
        Matcher order = ORDER.matcher(header);
        Matcher size = SHAPE.matcher(header);
        if (!description.find()
                || !order.find()
                || !size.find()
                || order.group(1).equals("True")) {
            throw new UserException(what + " is no array of rows in NumPy's format: profile again");
        }
        String wanted = Arrays.toString(shape).replaceAll("[\\[\\] ]", "");
        String found = size.group(1).replace(" ", "").replaceFirst(",$", "");
        if (!description.group(1).equals(type) || !found.equals(wanted)) {
            throw new UserException(what + " is an array of " + description.group(1) + " (" + found + "), but " + type
                    + " (" + wanted + ") was expected: profile again");
        }
    }

    private static String header(InputStream raw, String what) throws IOException {
        DataInputStream in = new DataInputStream(raw);
        byte[] magic = new byte[MAGIC.length];
        try {
            in.readFully(magic);
            int major = in.readUnsignedByte();
            in.readUnsignedByte();
            if (!Arrays.equals(magic, MAGIC) || major != 1) {
                throw new UserException(what + " is no array in NumPy's format 1.0: profile again");
            }
            int length = in.readUnsignedByte() | in.readUnsignedByte() << 8;
            byte[] text = new byte[length];
            in.readFully(text);
            return new String(text, StandardCharsets.US_ASCII);
        } catch (EOFException e) {
            throw new UserException(what + " is cut short: profile again", e);
        }
    }
}
