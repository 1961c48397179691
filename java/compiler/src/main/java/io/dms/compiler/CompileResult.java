package io.dms.compiler;

import io.dms.model.ScalableModel;

/**
 * A compiled model and how it came about.
 *
 * @param model the scalable model
 * @param report for people
 */
public record CompileResult(ScalableModel model, CompileReport report) {}
