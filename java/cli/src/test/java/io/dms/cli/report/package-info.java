/** Tests of the forms in which results appear. */
@NullMarked
package io.dms.cli.report;

import org.jspecify.annotations.NullMarked;
