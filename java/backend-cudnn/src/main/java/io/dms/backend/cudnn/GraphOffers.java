package io.dms.backend.cudnn;

import io.dms.runtime.PostOp;
import io.dms.runtime.Step;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the graph interface is offered of one convolution: all that follows in the same graph, or the convolution alone. */
final class GraphOffers {
    private GraphOffers() {}

    /**
     * Offers, the convolution alone first; none where plans are not asked for.
     *
     * @param behind what remains to be done behind the convolution alone
     */
    static List<GraphOffer> of(
            PlanBuilder b, Step.Linear s, Geometry g, View x, Buf weights, View y, List<Runnable> behind) {
        if (b.device.plans == null) {
            return List.of();
        }
        View z = addend(b, s.after());
        float[] numbers = s.bias();
        List<GraphOffer> offers = new ArrayList<>();
        offers.add(new GraphOffer(Fusion.alone(g, x, y), x, weights, null, z, y, behind));
        Fusion whole = Fusion.whole(g, x, y, numbers != null, s.after(), z);
        if (whole != null) {
            Buf bias = numbers == null ? null : b.content(new Content.Plain(numbers, g.half()));
            offers.add(new GraphOffer(whole, x, weights, bias, z, y, List.of()));
        }
        return offers;
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
