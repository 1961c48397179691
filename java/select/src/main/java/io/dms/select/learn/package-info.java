/**
 * Small classifiers for tables of features: trained once on a desk, evaluated on a board without any library and without
 * allocation; and what makes their answers trustworthy, folds and conformal prediction.
 */
@NullMarked
package io.dms.select.learn;

import org.jspecify.annotations.NullMarked;
