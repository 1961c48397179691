package io.dms.backend.cudnn;

import org.jspecify.annotations.Nullable;

/**
 * A convolution as the legacy interface computes it.
 *
 * @param route channels last without gaps
 * @param fusable what the library may do in the same kernel, or null
 * @param behindFused what remains where it does
 * @param behind what remains where it does not
 */
record LegacyForm(Geometry geometry, Route route, @Nullable Fused fusable, Behind behindFused, Behind behind) {
    /**
     * What the library may do in the same kernel.
     *
     * @param bias one number for each channel of y, in the type of y
     * @param residual in the layout of y, or null
     * @param relu or the identity
     */
    record Fused(Buf bias, @Nullable View residual, boolean relu) {}

    /** With nothing else in the same kernel, and nothing behind it. */
    static LegacyForm alone(Geometry geometry, View x, View y) {
        return new LegacyForm(geometry, Route.direct(x, y), null, Behind.NOTHING, Behind.NOTHING);
    }
}
