package io.dms.model;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * SHA-256 of everything that a network or one level of a model consists of: inputs, outputs, nodes, attributes, shapes,
 * constants. What has the same digest exports to the same ONNX file, but for the order of attributes and constants.
 *
 * <p>A level is digested as the structure that it is cut to, over the full width's digest, which is taken once and kept
 * with the {@link Graph}: so the levels of a model cost one pass over its weights, and no copy. A level's own
 * normalisation is in it, that of others is not.
 */
public final class NetworkDigest {
    private static final int CHUNK = 1 << 16;

    private final DataOutputStream out;
    private final MessageDigest digest = sha256();

    private NetworkDigest() {
        out = new DataOutputStream(
                new BufferedOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest)));
    }

    /** The digest of one level of a model, in lower-case hexadecimal. */
    public static String of(ScalableModel model, WidthLevel level) {
        NetworkDigest d = new NetworkDigest();
        Map<String, Tensor> full = model.graph().initializers();
        try {
            d.text(model.graph().digest());
            Graph at = model.graphAt(level);
            d.structure(at);
            for (var e : new TreeMap<>(at.initializers()).entrySet()) {
                Tensor t = e.getValue();
                d.text(e.getKey());
                if (t.base().equals(full.get(e.getKey()))) {
                    d.cuts(t);
                } else {
                    d.text(content(t));
                }
            }
            return d.hex();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The digest of a network; {@link Graph#digest} keeps it. Reads every weight once. */
    static String of(Graph graph) {
        NetworkDigest d = new NetworkDigest();
        try {
            d.structure(graph);
            Map<Tensor, String> contents = contents(graph.initializers().values());
            for (var e : new TreeMap<>(graph.initializers()).entrySet()) {
                d.text(e.getKey());
                d.text(Objects.requireNonNull(contents.get(e.getValue())));
            }
            return d.hex();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String hex() throws IOException {
        out.flush();
        return HexFormat.of().formatHex(digest.digest());
    }

    /** With its length, so that no two rows of texts read alike. */
    private void text(String s) throws IOException {
        byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    private void texts(List<String> all) throws IOException {
        out.writeInt(all.size());
        for (String s : all) {
            text(s);
        }
    }

    /** All but the constants. */
    private void structure(Graph graph) throws IOException {
        text(graph.name());
        for (List<Graph.Value> values : List.of(graph.inputs(), graph.outputs())) {
            out.writeInt(values.size());
            for (Graph.Value v : values) {
                text(v.name());
                text(v.shape().toString());
            }
        }
        out.writeInt(graph.nodes().size());
        for (Node n : graph.nodes()) {
            texts(List.of(n.name(), n.op(), n.domain()));
            texts(n.inputs());
            texts(n.outputs());
            out.writeInt(n.attributes().size());
            for (var a : new TreeMap<>(n.attributes()).entrySet()) {
                text(a.getKey());
                text(attribute(a.getValue()));
            }
        }
        out.writeInt(graph.shapes().size());
        for (var e : new TreeMap<>(graph.shapes()).entrySet()) {
            text(e.getKey());
            text(e.getValue().toString());
        }
        out.writeInt(graph.initializers().size());
    }

    /** The type is told, too: 1 and 1.0 are two values. */
    private static String attribute(Object value) {
        if (value instanceof Tensor t) {
            return "tensor " + content(t);
        }
        if (value instanceof long[] v) {
            return "longs " + Arrays.toString(v);
        }
        if (value instanceof float[] v) {
            return "floats " + Arrays.toString(v);
        }
        if (value instanceof ForeignValue v) {
            return "foreign " + HexFormat.of().formatHex(sha256().digest(v.toBytes()));
        }
        if (value instanceof Long || value instanceof Float || value instanceof String) {
            return value.getClass().getSimpleName() + " " + value;
        }
        throw new IllegalArgumentException("no attribute of a node: " + value.getClass());
    }

    /** Which ranges of each axis are kept. */
    private void cuts(Tensor t) throws IOException {
        out.writeInt(t.shape().rank());
        for (int axis = 0; axis < t.shape().rank(); axis++) {
            AxisCut cut = t.cut(axis);
            out.writeInt(cut.ranges());
            for (int r = 0; r < cut.ranges(); r++) {
                out.writeInt(cut.start(r));
                out.writeInt(cut.length(r));
            }
        }
    }

    /** What {@link #content} says of each of them, the large ones first. */
    private static Map<Tensor, String> contents(Collection<Tensor> tensors) {
        List<Tensor> all = new ArrayList<>(tensors);
        all.sort(Comparator.comparingLong(NetworkDigest::size).reversed());
        Map<Tensor, String> out = new ConcurrentHashMap<>();
        InParallel.each(all, t -> out.put(t, content(t)));
        return out;
    }

    private static long size(Tensor t) {
        return t.shape().elements();
    }

    /** Type, shape and the digest of the elements. */
    private static String content(Tensor t) {
        MessageDigest digest = sha256();
        ByteBuffer bytes = t.dense().bytes();
        // In pieces that stay in the cache: from a direct buffer they are copied to where the digest can read them.
        byte[] chunk = new byte[Math.min(CHUNK, bytes.remaining())];
        while (bytes.hasRemaining()) {
            int n = Math.min(chunk.length, bytes.remaining());
            bytes.get(chunk, 0, n);
            digest.update(chunk, 0, n);
        }
        return t.type() + " " + t.shape() + " " + HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
