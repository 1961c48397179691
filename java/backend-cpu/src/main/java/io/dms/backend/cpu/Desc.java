package io.dms.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.Arrays;
import java.util.stream.Stream;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/**
 * A memory descriptor of oneDNN: dimensions and layout of float32 elements. Immutable; owned by a {@link Scope}.
 *
 * <p>A layout is <em>plain</em> where its elements lie row-major without gaps, {@code [N, C, H, W]} as at the session's
 * interface. Blocked layouts, as in {@code nChw16c}, count as plain where they happen to have the same order.
 */
final class Desc {
    private final Scope scope;
    private final dnnl_memory_desc md;
    private final long[] dims;

    private Desc(Scope scope, dnnl_memory_desc md, long[] dims) {
        this.scope = scope;
        this.md = md;
        this.dims = dims;
    }

    /** Plain, row-major. */
    static Desc plain(Scope scope, long... dims) {
        long[] strides = new long[dims.length];
        long s = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = s;
            s *= Math.max(1, dims[i]);
        }
        return strided(scope, dims, strides);
    }

    /** Any strides, in elements. */
    static Desc strided(Scope scope, long[] dims, long[] strides) {
        dnnl_memory_desc md = new dnnl_memory_desc();
        Dnnl.check(
                dnnl_memory_desc_create_with_strides(md, dims.length, dims, dnnl_f32, strides),
                "describing " + Arrays.toString(dims));
        return new Desc(scope, scope.own(md), dims.clone());
    }

    /** Channels last: axis 1 innermost. */
    static Desc channelsLast(Scope scope, long... dims) {
        long[] strides = new long[dims.length];
        long s = dims.length > 1 ? dims[1] : 1;
        for (int i = dims.length - 1; i >= 2; i--) {
            strides[i] = s;
            s *= dims[i];
        }
        strides[0] = s;
        if (dims.length > 1) {
            strides[1] = 1;
        }
        return strided(scope, dims, strides);
    }

    /** A layout of the library's choice: only for making primitives. */
    static Desc any(Scope scope, long... dims) {
        dnnl_memory_desc md = new dnnl_memory_desc();
        Dnnl.check(
                dnnl_memory_desc_create_with_tag(md, dims.length, dims, dnnl_f32, dnnl_format_tag_any),
                "describing " + Arrays.toString(dims));
        return new Desc(scope, scope.own(md), dims.clone());
    }

    /** A copy of a descriptor that the library owns. */
    static Desc copyOf(Scope scope, dnnl_memory_desc other) {
        dnnl_memory_desc md = new dnnl_memory_desc();
        Dnnl.check(dnnl_memory_desc_clone(md, other), "copying a descriptor");
        scope.own(md);
        return new Desc(scope, md, queryDims(md));
    }

    private static long[] queryDims(dnnl_memory_desc md) {
        int n = ndims(md);
        return longs(md, dnnl_query_dims, n);
    }

    private static int ndims(dnnl_memory_desc md) {
        return ints(md, dnnl_query_ndims_s32);
    }

    private static int ints(dnnl_memory_desc md, int what) {
        try (IntPointer p = new IntPointer(1)) {
            Dnnl.check(dnnl_memory_desc_query(md, what, p), "asking a descriptor");
            return p.get();
        }
    }

    private static long[] longs(dnnl_memory_desc md, int what, int n) {
        try (PointerPointer<Pointer> p = new PointerPointer<>(1)) {
            Dnnl.check(dnnl_memory_desc_query(md, what, p), "asking a descriptor");
            long[] out = new long[n];
            if (n > 0) {
                new LongPointer(p.get()).get(out);
            }
            return out;
        }
    }

    dnnl_memory_desc md() {
        return md;
    }

    int rank() {
        return dims.length;
    }

    long dim(int axis) {
        return dims[axis];
    }

    long[] dims() {
        return dims.clone();
    }

    long elements() {
        return Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    }

    /** Bytes that a buffer of this layout takes, padding included. */
    long bytes() {
        return dnnl_memory_desc_get_size(md);
    }

    long[] strides() {
        return longs(md, dnnl_query_strides, dims.length);
    }

    /** Number of inner blocks: 0 for layouts that strides alone describe. */
    int innerBlocks() {
        return ints(md, dnnl_query_inner_nblks_s32);
    }

    /** Size of the only inner block, if there is one and it is on axis 1; 1 where there is none; 0 otherwise. */
    long channelBlock() {
        int n = innerBlocks();
        if (n == 0) {
            return 1;
        }
        boolean channels = n == 1 && longs(md, dnnl_query_inner_idxs, 1)[0] == 1;
        return channels ? longs(md, dnnl_query_inner_blks, 1)[0] : 0;
    }

    private boolean padded() {
        return !Arrays.equals(dims, longs(md, dnnl_query_padded_dims, dims.length));
    }

    private long offset() {
        try (LongPointer p = new LongPointer(1)) {
            Dnnl.check(dnnl_memory_desc_query(md, dnnl_query_submemory_offset_s64, p), "asking a descriptor");
            return p.get();
        }
    }

    /** True where the elements lie row-major without gaps. */
    boolean isPlain() {
        long block = channelBlock();
        if (block == 0 || padded() || offset() != 0) {
            return false;
        }
        long[] strides = strides();
        if (block > 1) {
            strides[1] = 1;
            for (int i = 2; i < dims.length; i++) {
                if (dims[i] != 1) {
                    return false;
                }
            }
        }
        return rowMajor(dims, strides);
    }

    /** True where the buffer holds nothing but the elements (and the padding of blocks), in any order. */
    boolean isDense() {
        if (offset() != 0) {
            return false;
        }
        long[] padded = longs(md, dnnl_query_padded_dims, dims.length);
        return bytes() == 4 * Arrays.stream(padded).reduce(1, (a, b) -> a * b);
    }

    private static boolean rowMajor(long[] dims, long[] strides) {
        long want = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            if (dims[i] != 1) {
                if (strides[i] != want) {
                    return false;
                }
                want *= dims[i];
            }
        }
        return true;
    }

    /** True where channels (axis 1) are the innermost, or where there is no telling since nothing else has a size. */
    boolean isChannelsLast() {
        if (innerBlocks() != 0 || dims.length < 3) {
            return false;
        }
        long[] s = strides();
        return s[1] == 1 && dims[1] > 1;
    }

    /** The same kind of layout for other dimensions, dense. */
    Desc like(long... other) {
        long block = channelBlock();
        if (block > 1) {
            return blocked(scope, block, other);
        }
        return isChannelsLast() && !isPlain() ? channelsLast(scope, other) : plain(scope, other);
    }

    /** {@code nChw8c} and the like, for any number of spatial axes. */
    static Desc blocked(Scope scope, long block, long... dims) {
        int[] tags = switch ((int) block) {
            case 4 -> new int[] {dnnl_aBc4b, dnnl_aBcd4b, dnnl_aBcde4b};
            case 8 -> new int[] {dnnl_aBc8b, dnnl_aBcd8b, dnnl_aBcde8b};
            case 16 -> new int[] {dnnl_aBc16b, dnnl_aBcd16b, dnnl_aBcde16b};
            default -> new int[0];
        };
        if (dims.length < 3 || dims.length - 3 >= tags.length) {
            throw new IllegalArgumentException("no such layout: block=" + block + " dims=" + Arrays.toString(dims));
        }
        dnnl_memory_desc md = new dnnl_memory_desc();
        Dnnl.check(
                dnnl_memory_desc_create_with_tag(md, dims.length, dims, dnnl_f32, tags[dims.length - 3]),
                "describing " + Arrays.toString(dims));
        return new Desc(scope, scope.own(md), dims.clone());
    }

    /** A part of this layout, in place. */
    Desc part(long[] from, long[] size) {
        dnnl_memory_desc sub = new dnnl_memory_desc();
        Dnnl.check(
                dnnl_memory_desc_create_submemory(sub, md, size, from),
                "cutting " + Arrays.toString(dims) + " at " + Arrays.toString(from));
        return new Desc(scope, scope.own(sub), size.clone());
    }

    /** This layout with axes in another order, in place: axis i of the result is axis {@code perm[i]} of this. */
    Desc permuted(int[] perm) {
        int[] inverse = new int[perm.length];
        for (int i = 0; i < perm.length; i++) {
            inverse[perm[i]] = i;
        }
        dnnl_memory_desc out = new dnnl_memory_desc();
        Dnnl.check(dnnl_memory_desc_permute_axes(out, md, inverse), "permuting " + Arrays.toString(dims));
        scope.own(out);
        return new Desc(scope, out, queryDims(out));
    }

    /**
     * What tells this layout from others, equal for equal layouts: dimensions, padding, strides, inner blocks, offset. The
     * newer versions of the library have it as one piece; 3.1, the newest that loads on JetPack 4, does not.
     *
     * @return null where the layout is the library's secret, so that nothing but this descriptor is known to equal it
     */
    long @Nullable [] layout() {
        if (ints(md, dnnl_query_format_kind) != dnnl_blocked) {
            return null;
        }
        int blocks = innerBlocks();
        return Stream.of(
                        new long[] {dims.length, blocks, offset()},
                        dims,
                        longs(md, dnnl_query_padded_dims, dims.length),
                        strides(),
                        longs(md, dnnl_query_inner_blks, blocks),
                        longs(md, dnnl_query_inner_idxs, blocks))
                .flatMapToLong(Arrays::stream)
                .toArray();
    }

    boolean same(Desc o) {
        return o == this || dnnl_memory_desc_equal(md, o.md) != 0;
    }

    /** As in {@code [1, 64, 56, 56] blocked by 16}. */
    @Override
    public String toString() {
        long block = channelBlock();
        String layout = isPlain()
                ? "plain"
                : block > 1 ? "blocked by " + block : isChannelsLast() ? "channels last" : "strided";
        return Arrays.toString(dims) + " " + layout;
    }
}
