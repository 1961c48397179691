package io.dms.schedule.sim;

import io.dms.model.UserException;
import io.dms.schedule.Budgets;
import io.dms.schedule.CatalogTable;
import io.dms.schedule.Schedulers;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The published experiments of MCDNN (MobiSys 2016, figures 11 to 13), rebuilt from their description, for any catalog.
 *
 * <p>What the publication leaves open is taken from its own figures. <em>Caching:</em> the three points at 320 MB for a
 * request multiply to one amount of energy (0.12 x 36,000 x 16.7 J, 0.19 x 36,000 x 10.3 J and 0.75 x 36,000 x 2.7 J are
 * 72, 70 and 73 kJ), so the budget is 72 kJ, which is 20 Wh. <em>Location:</em> a server-first scheduler that serves 63 %
 * at 0.3 J and 38 % at 0.5 J has about 2 Wh, a constant of the authors' simulator: 7200 J. <em>Day:</em> the device alone
 * lasts about 24,000 s, which 72 kJ give here, too; 0.0667 dollars are the simulator's price of a day.
 */
public final class Experiments {
    /** Bytes in a megabyte, as everywhere here. */
    public static final double MB = 1e6;

    /** One figure's point: what was set, and what came of it. */
    public record Row(double x, double group, Summary summary) {}

    /**
     * What all experiments take.
     *
     * @param requests of a trace
     * @param traces of each point
     * @param seed of the first trace; the others follow
     * @param memoryBytes null for each experiment's own
     * @param joules null for each experiment's own, which catalogs without joules do not have
     * @param dollars null for each experiment's own
     * @param schedulers null for each experiment's own
     * @param cancelled asked now and then; then what is there is returned
     */
    public record Settings(
            int requests,
            int traces,
            long seed,
            @Nullable Long memoryBytes,
            @Nullable Double joules,
            @Nullable Double dollars,
            @Nullable List<String> schedulers,
            BooleanSupplier cancelled) {
        /** @throws UserException if a figure can't be */
        public Settings {
            if (requests < 1 || traces < 1) {
                throw new UserException("requests and traces must be at least 1: " + requests + ", " + traces);
            }
            if (schedulers != null) {
                for (String s : schedulers) {
                    if (!Schedulers.NAMES.contains(s)) {
                        throw new UserException("there is no scheduler \"" + s + "\"; there are "
                                + String.join(", ", Schedulers.NAMES));
                    }
                }
            }
        }

        List<String> schedulersOr(String... names) {
            return schedulers == null ? List.of(names) : schedulers;
        }

        Budgets budgets(Catalog c, long memory, double energy, @Nullable Double money, double seconds) {
            double scale = seconds / 36_000;
            Double j = joules != null ? joules : c.hasJoules() ? (Double) (energy * scale) : null;
            Double d = dollars != null ? dollars : money == null ? null : (Double) (money * scale);
            Budgets b = new Budgets(j, null, d, memoryBytes != null ? memoryBytes : memory, seconds);
            b.check(c);
            return b;
        }
    }

    private final Catalog catalog;
    private final Settings settings;

    /** On a catalog. */
    public Experiments(Catalog catalog, Settings settings) {
        this.catalog = catalog;
        this.settings = settings;
    }

    /** Figure 11: too little memory for all models; how many requests are served as more must be loaded. */
    public List<Row> caching(List<Double> loadRates) {
        Catalog c = PaperCatalog.only(catalog, t -> servedOnDevice(t), v -> v.place() == Place.DEVICE);
        CatalogTable table = new CatalogTable(c);
        List<Row> rows = new ArrayList<>();
        Budgets budgets = settings.budgets(c, (long) (600 * MB), 72_000, null, settings.requests());
        for (double rate : loadRates) {
            for (String s : settings.schedulersOr("priced", "published", "best", "original")) {
                List<Tally> tallies = new ArrayList<>();
                for (int i = 0; i < settings.traces() && !settings.cancelled().getAsBoolean(); i++) {
                    Trace trace = Traces.caching(table, settings.requests(), rate * MB, settings.seed() + i);
                    tallies.add(Simulation.run(Scene.of(table, budgets, trace, 0, false), s));
                }
                add(rows, rate, 0, tallies);
            }
        }
        return rows;
    }

    private boolean servedOnDevice(Task t) {
        return catalog.variantsOf(t.id()).stream()
                .anyMatch(v -> v.place() == Place.DEVICE && v.accuracy().overall() != null);
    }

    private static void add(List<Row> rows, double x, double group, List<Tally> tallies) {
        if (!tallies.isEmpty()) {
            rows.add(new Row(x, group, Summary.of(tallies)));
        }
    }

    /**
     * Figure 12: device or cloud, by what sending costs and by how much of the stream a specialised network serves.
     *
     * @throws UserException if the catalog has no task with a context, a specialised variant and a remote one
     */
    public List<Row> location(List<Double> sendJoules, List<Double> shares) {
        Task task = catalog.tasks().stream()
                .filter(t -> !t.contexts().isEmpty())
                .filter(t -> catalog.variantsOf(t.id()).stream().anyMatch(v -> v.place() == Place.CLOUD))
                .findFirst()
                .orElseThrow(
                        () -> new UserException("this experiment needs a task with a context, a specialised variant"
                                + " and a remote one, and the catalog has none"));
        Catalog c = PaperCatalog.only(catalog, t -> t.equals(task), v -> true);
        CatalogTable table = new CatalogTable(c);
        int context = 1;
        for (int i = 0; i < task.contexts().size(); i++) {
            boolean nearer = Math.abs(task.contexts().get(i).share() - 0.9)
                    < Math.abs(task.contexts().get(context - 1).share() - 0.9);
            context = nearer ? i + 1 : context;
        }
        List<Row> rows = new ArrayList<>();
        Budgets budgets = settings.budgets(c, (long) (600 * MB), 7200, null, settings.requests());
        for (double send : sendJoules) {
            for (double share : shares) {
                for (String s : settings.schedulersOr("priced", "published", "server-first")) {
                    List<Tally> tallies = new ArrayList<>();
                    for (int i = 0;
                            i < settings.traces() && !settings.cancelled().getAsBoolean();
                            i++) {
                        Trace trace = Traces.location(settings.requests(), 0, share, context, settings.seed() + i);
                        tallies.add(Simulation.run(Scene.of(table, budgets, trace, send, false), s));
                    }
                    add(rows, share, send, tallies);
                }
            }
        }
        return rows;
    }

    /** Figure 13: a day with contexts, deadlines and a link that comes and goes; one trace, with its timeline. */
    public List<Tally> day(double sendJoules, long seed) {
        CatalogTable table = new CatalogTable(catalog);
        Trace trace = Traces.day(table, settings.requests(), seed);
        Budgets budgets = settings.budgets(catalog, (long) (1600 * MB), 72_000, 0.0667, trace.seconds());
        List<Tally> out = new ArrayList<>();
        for (String s : settings.schedulersOr("priced", "published", "server-first", "server-only", "device-only")) {
            if (settings.cancelled().getAsBoolean()) {
                break;
            }
            out.add(Simulation.run(Scene.of(table, budgets, trace, sendJoules, true), s));
        }
        return out;
    }

    /** Stretches of that day without a server: pairs of seconds. */
    public List<double[]> outages(long seed) {
        Trace trace = Traces.day(new CatalogTable(catalog), settings.requests(), seed);
        List<double[]> out = new ArrayList<>();
        for (int i = 0; i + 1 < trace.linkEdges.length; i += 2) {
            out.add(new double[] {trace.linkEdges[i] * 1e-9, Math.min(trace.seconds(), trace.linkEdges[i + 1] * 1e-9)});
        }
        return out;
    }
}
