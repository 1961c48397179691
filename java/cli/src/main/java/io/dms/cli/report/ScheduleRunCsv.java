package io.dms.cli.report;

import io.dms.cli.catalog.RunAccount;

/** The variants of a stream that was really served, a line each. */
public final class ScheduleRunCsv {
    private ScheduleRunCsv() {}

    /** All lines. */
    public static String of(RunAccount a) {
        StringBuilder out = new StringBuilder("variant,place,chosen,answered,stood_in,refused\n");
        a.variants()
                .forEach(v -> out.append('"')
                        .append(v.id().replace("\"", "\"\""))
                        .append("\",")
                        .append(v.place())
                        .append(',')
                        .append(v.chosen())
                        .append(',')
                        .append(v.itself())
                        .append(',')
                        .append(v.stoodIn())
                        .append(',')
                        .append(v.refused())
                        .append('\n'));
        return out.toString();
    }
}
