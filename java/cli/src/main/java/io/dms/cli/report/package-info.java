/** Results as tables, JSON, CSV and HTML. Every form tells an unmeasured figure from a zero. */
@NullMarked
package io.dms.cli.report;

import org.jspecify.annotations.NullMarked;
