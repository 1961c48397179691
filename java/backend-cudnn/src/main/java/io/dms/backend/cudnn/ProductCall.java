package io.dms.backend.cudnn;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A 1x1 convolution or a linear layer at one level: a product by cuBLAS and the kernels behind it, or, once the level was
 * prepared, cuBLASLt's in its place.
 */
final class ProductCall extends PlannedCall {
    private final Runnable product;
    private final List<Runnable> behind;

    /**
     * @param product enqueues it
     * @param behind what follows, in this order
     * @param alternatives null where there are none
     */
    ProductCall(Runnable product, List<Runnable> behind, @Nullable Alternatives alternatives) {
        super(alternatives);
        this.product = product;
        this.behind = behind;
    }

    @Override
    void legacy() {
        product.run();
        for (int i = 0; i < behind.size(); i++) {
            behind.get(i).run();
        }
    }

    /** Kernels behind it where no plan does their work; each counts as a step of its own. */
    int kernelsBehind() {
        return hasPlan() ? 0 : behind.size();
    }

    @Override
    String describeLegacy() {
        return "gemm in place" + (behind.isEmpty() ? "" : ", " + behind.size() + " kernels behind it");
    }
}
