package io.dms.backend.cudnn;

import io.dms.runtime.PostOp;
import io.dms.runtime.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What cuBLASLt is offered of one product: the product alone, or with scale, bias, residual and ReLU in the same kernel. */
final class MatmulOffers {
    private final PlanBuilder b;
    private final Step.Linear s;

    /**
     * A product and where its operands lie.
     *
     * @param x what it reads beside the weights
     * @param offsetA first byte of the first operand in its buffer, as of the second
     * @param channels the result's channels lie along the product's m
     */
    record Operands(
            Product product, View x, LongSupplier a, LongSupplier b, long offsetA, long offsetB, boolean channels) {}

    MatmulOffers(PlanBuilder b, Step.Linear s) {
        this.b = b;
        this.s = s;
    }

    /**
     * Offers, the product alone first; null where cuBLASLt is not asked for.
     *
     * @param scale of each channel; null where the weights have it
     * @param behind what remains to be done behind the product alone
     */
    @Nullable
    Alternatives of(Operands o, View y, float @Nullable [] scale, List<Runnable> behind) {
        Matmuls library = b.device.matmuls;
        if (library == null) {
            return null;
        }
        View z = addend();
        Matmul alone = Matmul.alone(o.product, Matmul.compute(b.device), o.offsetA, o.offsetB, y.offset());
        List<Offer> offers = new ArrayList<>();
        Route route = Route.direct(o.x, y);
        offers.add(
                new MatmulOffer(library, alone, route, o.a, o.b, null, null, z, new Behind(behind, Copies.NONE, true)));
        Matmul whole = whole(alone, o, y, scale != null, z);
        if (whole != null) {
            float[] numbers = s.bias();
            Buf bias = numbers == null ? null : b.content(new Content.Plain(numbers, y.half()));
            offers.add(new MatmulOffer(library, whole, route, o.a, o.b, b.floats(scale), bias, z, Behind.NOTHING));
        }
        String key = "cublasLt " + library.version() + " " + (whole == null ? alone : whole).key();
        return new Alternatives(b.device, s.name(), key, offers);
    }

    /** All that follows in one product; null where the library has no name for some of it, or nothing follows. */
    private @Nullable Matmul whole(Matmul alone, Operands o, View y, boolean scaled, @Nullable View z) {
        List<PostOp> after = s.after();
        int i = 0;
        boolean add = !after.isEmpty() && after.get(0) instanceof PostOp.Add;
        if (add) {
            if (z == null || !isLike(z, y)) {
                return null;
            }
            i = 1;
        }
        boolean relu = i < after.size()
                && after.get(i) instanceof PostOp.Activation a
                && a.kind() == PostOp.Kind.RELU
                && a.a() == 0;
        if (after.size() > i + (relu ? 1 : 0)) {
            return null;
        }
        boolean bias = s.bias() != null;
        if ((bias || scaled) && !o.channels) {
            // The library's bias and factors lie along m.
            return null;
        }
        Matmul whole = alone.with(scaled, bias, relu, add ? z : null);
        return whole.isFused() ? whole : null;
    }

    /** True where a product can read it by a leading dimension as it writes the result. */
    private static boolean isLike(View z, View y) {
        if (z.half() != y.half()) {
            return false;
        }
        boolean same = z.n() == y.n() && z.c() == y.c() && z.h() == y.h() && z.w() == y.w() && z.nhwc() == y.nhwc();
        return same || (z.isPlain() && !z.nhwc() && y.isPlain() && !y.nhwc() && z.elements() == y.elements());
    }

    private @Nullable View addend() {
        for (PostOp op : s.after()) {
            if (op instanceof PostOp.Add add) {
                return b.view(add.value());
            }
        }
        return null;
    }
}
