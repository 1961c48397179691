package io.dms.cli.report;

import io.dms.select.sample.Candidate;
import io.dms.select.sample.SampleTable;
import io.dms.select.sample.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Samples as text: each candidate's time and accuracy, how often it is the cheapest that is right, and what is kept. */
public final class SamplesTable {
    private SamplesTable() {}

    /** The lines. */
    public static List<String> lines(Samples samples) {
        SampleTable t = samples.table();
        int n = t.samples();
        int candidates = t.candidates().size();
        int[] right = new int[candidates];
        int[] cheapest = new int[candidates];
        int none = 0;
        for (int i = 0; i < n; i++) {
            boolean found = false;
            for (int c = 0; c < candidates; c++) {
                if (t.correct(i, c)) {
                    right[c]++;
                    cheapest[c] += found ? 0 : 1;
                    found = true;
                }
            }
            none += found ? 0 : 1;
        }
        TextTable table = new TextTable("<candidate", "MMAC", "p50 ms", "top-1", "cheapest right");
        for (int c = 0; c < candidates; c++) {
            Candidate candidate = t.candidates().get(c);
            table.row(
                    candidate.id(),
                    Figures.mega(candidate.macs()),
                    Figures.millis(candidate.millis()),
                    percent(right[c], n),
                    percent(cheapest[c], n));
        }
        List<String> out = new ArrayList<>();
        out.add(t.data() + ": " + n + " images, " + candidates + " candidates");
        out.add("");
        out.addAll(table.lines());
        out.add("");
        out.add("no candidate is right for " + percent(none, n) + " of the images; penultimate features kept of "
                + samples.embeddings().size() + (samples.embeddings().size() == 1 ? " candidate" : " candidates"));
        Double image = samples.imageMillis();
        out.add("the features of an image take "
                + (image == null ? Figures.UNMEASURED : Figures.millis(image) + " ms"));
        return out;
    }

    private static String percent(int part, int whole) {
        return String.format(Locale.ROOT, "%.2f %%", 100.0 * part / whole);
    }
}
