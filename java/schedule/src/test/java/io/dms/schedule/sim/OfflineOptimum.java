package io.dms.schedule.sim;

import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Fragment;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Task;
import io.dms.schedule.catalog.Variant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.ojalgo.optimisation.Expression;
import org.ojalgo.optimisation.ExpressionsBasedModel;
import org.ojalgo.optimisation.Optimisation;
import org.ojalgo.optimisation.Variable;

/**
 * The most accuracy that anybody could have got out of a trace who knew all of it beforehand, as a mixed-integer program.
 *
 * <p>Requests of one task, context and state of the link are alike, so the program counts how many of each kind each
 * variant serves; whether a variant's parts are ever loaded is a binary. It is a bound and not a schedule, since it is
 * kinder than the world: a part is loaded at most once and memory only bounds what a single variant takes, a request
 * waits for nobody, a trunk runs once for all requests of a frame, and no server is lost on the way.
 */
final class OfflineOptimum {
    private record Cell(int task, int context, boolean connected) {}

    private OfflineOptimum() {}

    /** Mean accuracy over all requests of a scene, refused ones counting 0. */
    static double accuracy(Scene scene) {
        Catalog c = scene.table().catalog();
        Map<Cell, Integer> cells = new LinkedHashMap<>();
        Trace trace = scene.trace();
        for (int i = 0; i < trace.size(); i++) {
            cells.merge(
                    new Cell(trace.task(i), trace.context(i), trace.connectedAt(trace.arrivalNanos[i])),
                    1,
                    Integer::sum);
        }
        ExpressionsBasedModel model = new ExpressionsBasedModel();
        Expression energy = model.addExpression("energy");
        Expression money = model.addExpression("money");
        Double joules = scene.budgets().joules();
        Double dollars = scene.budgets().dollars();
        energy.upper(joules == null ? Double.MAX_VALUE : joules);
        money.upper(dollars == null ? Double.MAX_VALUE : dollars);
        Map<String, Variable> loaded = new HashMap<>();
        Map<String, Expression> trunkRuns = new HashMap<>();
        for (Map.Entry<Cell, Integer> e : cells.entrySet()) {
            Cell cell = e.getKey();
            Task task = c.tasks().get(cell.task());
            String context = cell.context() == 0
                    ? null
                    : task.contexts().get(cell.context() - 1).name();
            Expression all = model.addExpression(cell.toString()).upper(e.getValue());
            for (Variant v : c.variantsOf(task.id())) {
                double a = v.accuracy().in(context);
                if (Double.isNaN(a) || !possible(scene, task, v, cell.connected())) {
                    continue;
                }
                Variable n = model.addVariable(cell + v.id())
                        .lower(0)
                        .upper(e.getValue())
                        .weight(a / trace.size());
                all.set(n, 1);
                boolean remote = v.place() != Place.DEVICE;
                energy.set(n, v.run().joulesOrNaN() + (remote ? scene.sendJoules() : 0));
                money.set(n, v.dollars());
                if (v.place() == Place.CLOUD) {
                    continue;
                }
                load(model, energy, loaded, v.id(), v.load().joulesOrNaN(), n, e.getValue());
                for (Fragment f : c.fragmentsOf(v)) {
                    load(model, energy, loaded, f.id(), f.load().joulesOrNaN(), n, e.getValue());
                    trunk(model, energy, trunkRuns, f, task, n);
                }
            }
        }
        Optimisation.Result result = model.maximise();
        if (!result.getState().isFeasible()) {
            throw new IllegalStateException(result.toString());
        }
        return result.getValue();
    }

    private static boolean possible(Scene scene, Task task, Variant v, boolean connected) {
        Double deadline = scene.deadlines() ? task.deadlineSeconds() : null;
        boolean remote = v.place() != Place.DEVICE;
        double seconds = v.run().seconds() + v.serverSeconds() + (remote ? scene.roundTripSeconds() : 0);
        return (!remote || connected)
                && (deadline == null || seconds <= deadline)
                && scene.table().catalog().aloneBytes(v) <= scene.budgets().memoryBytes();
    }

    /** A variant serves only if its part is loaded. */
    private static void load(
            ExpressionsBasedModel model,
            Expression energy,
            Map<String, Variable> loaded,
            String part,
            double joules,
            Variable n,
            int most) {
        if (joules == 0) {
            return;
        }
        Variable y = loaded.computeIfAbsent(part, id -> {
            Variable b = model.addVariable("load " + id).binary();
            energy.set(b, joules);
            return b;
        });
        model.addExpression(n.getName() + part).upper(0).set(n, 1).set(y, -most);
    }

    /** A trunk runs at least as often as any one task of an input needs it. */
    private static void trunk(
            ExpressionsBasedModel model,
            Expression energy,
            Map<String, Expression> runs,
            Fragment f,
            Task task,
            Variable n) {
        double joules = f.run().joulesOrNaN();
        if (joules == 0) {
            return;
        }
        String name = "runs " + f.id() + " on " + task.input();
        @Nullable
        Variable known = model.variables()
                .filter(v -> v.getName().equals(name))
                .findFirst()
                .orElse(null);
        Variable t = known != null ? known : model.addVariable(name).lower(0);
        if (known == null) {
            energy.set(t, joules);
        }
        Expression needs = runs.computeIfAbsent(
                name + " for " + task.id(),
                id -> model.addExpression(id).upper(0).set(t, -1));
        needs.set(n, 1);
    }
}
