package io.dms.backend.cudnn;

import io.dms.cuda.DeviceException;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One way to cut a product with what follows it for cuBLASLt.
 *
 * @param route the image or matrix that it reads, and the result; the other operand are weights
 * @param a where the product's first operand lies
 * @param b where the second one does
 * @param z what is added by the product or behind it, or null
 * @param behind what remains to be done
 */
record MatmulOffer(
        Matmuls matmuls,
        Matmul matmul,
        Route route,
        LongSupplier a,
        LongSupplier b,
        @Nullable Buf scale,
        @Nullable Buf bias,
        @Nullable View z,
        Behind behind)
        implements Offer {
    /** What NVIDIA recommends for the newest devices. */
    private static final long MOST_WORKSPACE = 32L << 20;

    @Override
    public String library() {
        return "cublasLt";
    }

    @Override
    public boolean isFused() {
        return matmul.isFused();
    }

    /** Leading dimensions take ranges of channels as they are. */
    @Override
    public long leastCopied() {
        return Long.MAX_VALUE;
    }

    @Override
    public List<MatmulWay> propose(int most, long workspace) {
        return matmuls.propose(matmul, most, Math.min(workspace, MOST_WORKSPACE), ElementLowering.at(bias));
    }

    @Override
    public Prepared make(Recipe recipe) {
        if (!(recipe instanceof MatmulWay way)) {
            throw new DeviceException(DeviceException.Kind.UNSUPPORTED, recipe + " is no algorithm of a product");
        }
        return new Made(this, matmuls.plan(matmul, way));
    }

    /** A product on this offer's memory. */
    private record Made(MatmulOffer offer, Matmuls.Plan plan) implements Prepared {
        @Override
        public long workspace() {
            return plan.workspace();
        }

        @Override
        public void run(long work) {
            View v = offer.matmul.adds() ? offer.z : null;
            plan.run(
                    offer.a.getAsLong(),
                    offer.b.getAsLong(),
                    ElementLowering.at(offer.scale),
                    ElementLowering.at(offer.bias),
                    v == null ? 0 : v.at(),
                    offer.route.y().at(),
                    work);
        }

        @Override
        public void close() {
            plan.close();
        }
    }
}
