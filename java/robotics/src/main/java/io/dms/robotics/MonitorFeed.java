package io.dms.robotics;

import io.dms.control.Moment;
import io.dms.model.Profile;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.Snapshot;

/** What a board monitor knows, as a controller is told it. Belongs to the thread that infers. */
final class MonitorFeed implements BoardFeed {
    private final BoardMonitor monitor;
    private final Snapshot snapshot;
    private final double gpuHertz;
    private final double cpuHertz;

    MonitorFeed(BoardMonitor monitor, Profile.Point point) {
        this.monitor = monitor;
        this.snapshot = monitor.snapshot();
        Long gpu = point.gpuHertz();
        Long cpu = point.cpuHertz();
        gpuHertz = gpu == null ? Double.NaN : gpu;
        cpuHertz = cpu == null ? Double.NaN : cpu;
    }

    @Override
    public void fill(Moment moment) {
        monitor.latest(snapshot);
        double share = Double.isNaN(gpuHertz) ? snapshot.cpuHertz() / cpuHertz : snapshot.gpuHertz() / gpuHertz;
        moment.board(snapshot.totalWatts(), share, snapshot.throttled());
    }
}
