package io.dms.compiler;

import io.dms.model.WidthLevel;

/**
 * A level that was searched, beside the uniform one of its width.
 *
 * @param level what was found
 * @param uniformMillis milliseconds of one image at the uniform level, measured in turns with the found one
 * @param millis milliseconds of one image at the found level
 * @param uniformLoss divergence of the uniform level's calibrated scores from the full width's
 * @param loss the same of the found level
 */
public record SearchedLevel(WidthLevel level, double uniformMillis, double millis, double uniformLoss, double loss) {}
