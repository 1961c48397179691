/**
 * ONNX files to canonical graphs and back: the importer, which turns what exporters write into canonical graphs, shape
 * inference over such graphs, and the writer. Everything read from a file is checked before memory is taken for it.
 */
@NullMarked
package io.dms.model.onnx;

import org.jspecify.annotations.NullMarked;
