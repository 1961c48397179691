package io.dms.backend.cudnn;

import io.dms.cuda.DeviceException;
import io.dms.cuda.DeviceMemory;
import io.dms.runtime.SessionOptions.Launch;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a level's plan ready to run: memory, weights, algorithms, recordings. */
final class Readiness {
    private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);

    private final Device device;
    private final WeightStore weights;
    private final boolean graphs;
    private final Collection<LevelPlan> others;

    /** @param others plans that are ready, which share arena and workspace; a view of what the session has */
    Readiness(Device device, WeightStore weights, Launch launch, Collection<LevelPlan> others) {
        this.device = device;
        this.weights = weights;
        this.graphs = launch == Launch.GRAPH;
        this.others = others;
    }

    /** @param search whether there is time to search algorithms and plans */
    void make(LevelPlan plan, boolean search) {
        if (device.growArena(plan.arenaBytes())) {
            others.forEach(p -> p.bindArena(device.arenaAddress()));
        }
        plan.bindArena(device.arenaAddress());
        weights.prepare(plan);
        weights.load(plan);
        // A search and the first run compute on what lies there.
        device.gpu.fill(device.arenaAddress(), 0, plan.arenaBytes());
        try {
            runFirst(plan, search);
        } catch (DeviceException e) {
            if (!e.isRefusal() || !plan.distrust()) {
                throw e;
            }
            LOG.warn("algorithms that were remembered are refused ({}): they are searched again", e.getMessage());
            runFirst(plan, search);
        }
        if (search) {
            device.algorithms.save();
        }
        if (graphs) {
            plan.record();
            for (LevelPlan p : others) {
                if (p.isStale()) {
                    weights.load(p);
                    p.record();
                }
            }
            weights.load(plan);
        }
    }

    private void runFirst(LevelPlan plan, boolean search) {
        choose(plan, search);
        growWorkspace(plan);
        plan.tryOut();
        if (search) {
            choosePlans(plan);
            growWorkspace(plan);
            plan.tryPlans();
        }
        plan.shareCopies();
        // Once without recording: libraries load kernels and allocate on first use, which a recording does not allow.
        plan.enqueue();
        device.gpu.synchronize();
    }

    private void growWorkspace(LevelPlan plan) {
        if (device.growWorkspace(plan.workspaceBytes())) {
            plan.workspaceMoved();
            others.forEach(LevelPlan::workspaceMoved);
        }
    }

    private void choose(LevelPlan plan, boolean search) {
        if (!search || !plan.needsSearch()) {
            plan.chooseAlgorithms(null);
            return;
        }
        try (DeviceMemory work = device.searchMemory()) {
            plan.chooseAlgorithms(work);
            device.gpu.synchronize();
        }
    }

    private void choosePlans(LevelPlan plan) {
        if (!plan.needsPlanSearch()) {
            plan.choosePlans(null);
            return;
        }
        try (DeviceMemory work = device.searchMemory()) {
            plan.choosePlans(work);
            device.gpu.synchronize();
        }
    }
}
