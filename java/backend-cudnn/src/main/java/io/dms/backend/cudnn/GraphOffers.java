package io.dms.backend.cudnn;

import io.dms.runtime.PostOp;
import io.dms.runtime.Step;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the graph interface is offered of one convolution: all that follows in the same graph, or the convolution alone; reading and
 * writing ranges of channels in place, or copies of them.
 */
final class GraphOffers {
    private GraphOffers() {}

    /**
     * Offers along each route, the one that does the most in place last; null where plans are not asked for.
     *
     * @param g of any route
     */
    static @Nullable Alternatives of(PlanBuilder b, Step.Linear s, Geometry g, List<Route> routes, Buf weights) {
        Plans plans = b.device.plans;
        if (plans == null) {
            return null;
        }
        View z = addend(b, s.after());
        float[] numbers = s.bias();
        List<GraphOffer> offers = new ArrayList<>();
        for (Route r : routes) {
            Geometry lying = g.withPitches(r.x().pitch(), r.y().pitch());
            Fusion alone = Fusion.alone(lying, r.x(), r.y());
            offers.add(new GraphOffer(plans, alone, r, weights, null, z, Behind.alone(b, r, s)));
            Fusion whole = Fusion.whole(lying, r.x(), r.y(), numbers != null, s.after(), z);
            if (whole != null) {
                Buf bias = numbers == null ? null : b.content(new Content.Plain(numbers, g.half()));
                offers.add(new GraphOffer(plans, whole, r, weights, bias, z, Behind.fused(b, r)));
            }
        }
        String key = b.device.planKey + offers.get(offers.size() - 1).fusion().key();
        return new Alternatives(b.device, s.name(), key, offers);
    }

    private static @Nullable View addend(PlanBuilder b, List<PostOp> after) {
        for (PostOp op : after) {
            if (op instanceof PostOp.Add add) {
                return b.view(add.value());
            }
        }
        return null;
    }
}
