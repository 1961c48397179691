package io.dms.backend.cudnn;

import io.dms.cuda.DeviceException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way to cut a convolution with what follows it for the graph interface: what its graph has, where it reads and writes, and
 * what is left to kernels behind it.
 *
 * @param bias null where the fusion has none
 * @param z null where the fusion adds nothing
 * @param behind what remains to be done
 */
record GraphOffer(
        Plans plans,
        Fusion fusion,
        Route route,
        Buf weights,
        @Nullable Buf bias,
        @Nullable View z,
        Behind behind) implements Offer {
    @Override
    public String library() {
        return "cudnn graph";
    }

    @Override
    public boolean isFused() {
        return !fusion.stages().isEmpty();
    }

    @Override
    public long leastCopied() {
        return route.leastRange();
    }

    @Override
    public List<Way> propose(int most, long workspace) {
        return plans.propose(fusion, most);
    }

    @Override
    public Prepared make(Recipe recipe) {
        if (!(recipe instanceof Way way)) {
            throw new DeviceException(DeviceException.Kind.UNSUPPORTED, recipe + " is no engine");
        }
        return new Made(this, plans.plan(fusion, way));
    }

    /** A plan on this offer's memory. */
    private record Made(GraphOffer offer, ConvPlan plan) implements Prepared {
        @Override
        public long workspace() {
            return plan.workspace();
        }

        @Override
        public void run(long work) {
            View v = offer.z;
            plan.run(
                    offer.route.x().at(),
                    offer.weights.address,
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
