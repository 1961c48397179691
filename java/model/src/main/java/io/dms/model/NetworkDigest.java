package io.dms.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
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

    private byte[] written = new byte[CHUNK];
    private int size;

    private NetworkDigest() {}

    /** The digest of one level of a model, in lower-case hexadecimal. */
    public static String of(ScalableModel model, WidthLevel level) {
        Graph full = model.graph();
        // Other threads may be at the weights: what needs none of them comes first.
        full.digestAhead();
        NetworkDigest own = new NetworkDigest();
        NetworkDigest whole = new NetworkDigest();
        own.level(model.graphAt(level), full.initializers());
        whole.text(full.digest());
        whole.bytes(own.written, own.size);
        return whole.hex();
    }

    private void level(Graph at, Map<String, Tensor> full) {
        // Hundreds of small ones: one digest after the other by the same object.
        MessageDigest small = sha256();
        structure(at);
        for (var e : new TreeMap<>(at.initializers()).entrySet()) {
            Tensor t = e.getValue();
            text(e.getKey());
            if (t.base().equals(full.get(e.getKey()))) {
                cuts(t);
            } else {
                text(content(t, small));
            }
        }
    }

    /** Digests of a network's constants, begun by other threads. One thread takes them. */
    static final class Weights {
        private final Map<Tensor, String> contents = new ConcurrentHashMap<>();
        private final Ahead<Tensor> digesting = new Ahead<>(t -> contents.put(t, content(t, sha256())));

        /** The large ones first. */
        Weights(Graph graph) {
            List<Tensor> all = new ArrayList<>(graph.initializers().values());
            all.sort(Comparator.comparingLong(NetworkDigest::size).reversed());
            all.forEach(digesting::add);
        }
    }

    /** The digest of a network; {@link Graph#digest} keeps it. Reads every weight once. */
    static String of(Graph graph, Weights weights) {
        NetworkDigest d = new NetworkDigest();
        d.structure(graph);
        weights.digesting.finish();
        for (var e : new TreeMap<>(graph.initializers()).entrySet()) {
            d.text(e.getKey());
            d.text(Objects.requireNonNull(weights.contents.get(e.getValue())));
        }
        return d.hex();
    }

    private String hex() {
        MessageDigest digest = sha256();
        digest.update(written, 0, size);
        return HexFormat.of().formatHex(digest.digest());
    }

    private void bytes(byte[] bytes, int n) {
        if (n > written.length - size) {
            written = Arrays.copyOf(written, Math.addExact(size, Math.max(size, n)));
        }
        System.arraycopy(bytes, 0, written, size, n);
        size += n;
    }

    private void number(int n) {
        bytes(new byte[] {(byte) (n >>> 24), (byte) (n >>> 16), (byte) (n >>> 8), (byte) n}, Integer.BYTES);
    }

    /** With its length, so that no two rows of texts read alike. */
    private void text(String s) {
        byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
        number(utf8.length);
        bytes(utf8, utf8.length);
    }

    private void texts(List<String> all) {
        number(all.size());
        for (String s : all) {
            text(s);
        }
    }

    /** All but the constants. */
    private void structure(Graph graph) {
        text(graph.name());
        for (List<Graph.Value> values : List.of(graph.inputs(), graph.outputs())) {
            number(values.size());
            for (Graph.Value v : values) {
                text(v.name());
                text(v.shape().toString());
            }
        }
        number(graph.nodes().size());
        for (Node n : graph.nodes()) {
            texts(List.of(n.name(), n.op(), n.domain()));
            texts(n.inputs());
            texts(n.outputs());
            number(n.attributes().size());
            for (var a : new TreeMap<>(n.attributes()).entrySet()) {
                text(a.getKey());
                text(attribute(a.getValue()));
            }
        }
        number(graph.shapes().size());
        for (var e : new TreeMap<>(graph.shapes()).entrySet()) {
            text(e.getKey());
            text(e.getValue().toString());
        }
        number(graph.initializers().size());
    }

    /** The type is told, too: 1 and 1.0 are two values. */
    private static String attribute(Object value) {
        if (value instanceof Tensor t) {
            return "tensor " + content(t, sha256());
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
    private void cuts(Tensor t) {
        number(t.shape().rank());
        for (int axis = 0; axis < t.shape().rank(); axis++) {
            AxisCut cut = t.cut(axis);
            number(cut.ranges());
            for (int r = 0; r < cut.ranges(); r++) {
                number(cut.start(r));
                number(cut.length(r));
            }
        }
    }

    private static long size(Tensor t) {
        return t.shape().elements();
    }

    /** Type, shape and the digest of the elements. */
    private static String content(Tensor t, MessageDigest digest) {
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
