package io.dms.cli.report;

import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Variant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A catalog as CSV: a line for each variant, empty where nothing was measured. */
public final class CatalogCsv {
    private CatalogCsv() {}

    /** The file's text. */
    public static String of(Catalog c) {
        StringBuilder out =
                new StringBuilder("task,variant,kind,place,context,top1,memory_bytes,alone_bytes,load_s,load_j,"
                        + "run_s,run_j,server_s,dollars,requires,fallback\n");
        for (Variant v : c.variants()) {
            Double overall = v.accuracy().overall();
            if (overall != null) {
                line(out, c, v, "", overall);
            }
            v.accuracy().contexts().forEach((name, there) -> line(out, c, v, name, there));
        }
        return out.toString();
    }

    private static void line(StringBuilder out, Catalog c, Variant v, String context, double accuracy) {
        out.append(String.join(
                        ",",
                        quoted(v.task()),
                        quoted(v.id()),
                        v.kind().word(),
                        v.place().word(),
                        quoted(context),
                        String.format(Locale.ROOT, "%.6f", accuracy),
                        Long.toString(v.memoryBytes()),
                        Long.toString(c.aloneBytes(v)),
                        number(v.load().seconds()),
                        number(v.load().joules()),
                        number(v.run().seconds()),
                        number(v.run().joules()),
                        number(v.serverSeconds()),
                        number(v.dollars()),
                        quoted(String.join(" ", v.requires())),
                        quoted(v.fallback() == null ? "" : v.fallback())))
                .append('\n');
    }

    private static String number(@Nullable Double d) {
        return d == null ? "" : String.format(Locale.ROOT, "%.9g", d);
    }

    private static String quoted(String text) {
        return text.matches("[^\",\\n\\r]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
