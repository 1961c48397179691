package io.dms.model;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.TreeMap;

/**
 * Which network a measurement belongs to: SHA-256 over what decides how every level computes, which is nodes, constants,
 * level counts and normalisation. Names for people, provenance and preprocessing are not in it, so that a model that was
 * only renamed keeps its profile.
 */
public final class ModelDigest {
    private ModelDigest() {}

    /** The digest in lower-case hexadecimal. Reads every weight once. */
    public static String of(ScalableModel model) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        try (DataOutputStream out =
                new DataOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest))) {
            Graph graph = model.graph();
            for (Node n : graph.nodes()) {
                out.writeUTF(n.toString());
                out.writeUTF(n.domain());
                for (var a : new TreeMap<>(n.attributes()).entrySet()) {
                    out.writeUTF(a.getKey());
                    attribute(a.getValue(), out);
                }
            }
            for (var e : new TreeMap<>(graph.initializers()).entrySet()) {
                out.writeUTF(e.getKey());
                tensor(e.getValue(), out);
            }
            for (WidthLevel level : model.levels()) {
                out.writeUTF(level.toString());
                for (var e : new TreeMap<>(level.normalization()).entrySet()) {
                    out.writeUTF(e.getKey());
                    floats(e.getValue().scale(), out);
                    floats(e.getValue().shift(), out);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void attribute(Object value, DataOutputStream out) throws IOException {
        if (value instanceof Tensor t) {
            tensor(t, out);
        } else if (value instanceof long[] v) {
            out.writeUTF(Arrays.toString(v));
        } else if (value instanceof float[] v) {
            out.writeUTF(Arrays.toString(v));
        } else {
            out.writeUTF(value.toString());
        }
    }

    private static void tensor(Tensor t, DataOutputStream out) throws IOException {
        out.writeUTF(t.type() + " " + t.shape());
        ByteBuffer bytes = t.dense().bytes().duplicate();
        byte[] chunk = new byte[1 << 16];
        while (bytes.hasRemaining()) {
            int n = Math.min(chunk.length, bytes.remaining());
            bytes.get(chunk, 0, n);
            out.write(chunk, 0, n);
        }
    }

    private static void floats(float[] values, DataOutputStream out) throws IOException {
        for (float v : values) {
            out.writeFloat(v);
        }
    }
}
