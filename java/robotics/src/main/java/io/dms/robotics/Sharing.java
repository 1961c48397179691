package io.dms.robotics;

import io.dms.control.Allocation;
import io.dms.control.Coordinator;
import io.dms.control.CoordinatorOptions;
import io.dms.control.Outcome;
import io.dms.control.Situation;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.Snapshot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Shares one board among the streams of a deployment: tells a {@link Coordinator} what each call took, asks it twice a
 * second how to share, and keeps every application's choices within what it says. An application that it pauses serves no
 * frames until it says otherwise. The coordinator is used under this object's lock.
 */
final class Sharing {
    private static final long PERIOD_NANOS = 500_000_000;

    private final List<Deployment.Stream> streams;
    private final @Nullable BoardMonitor monitor;
    private final @Nullable Snapshot snapshot;
    private final Coordinator coordinator;
    private final boolean[] present;
    private long next;

    Sharing(List<Deployment.Stream> streams, @Nullable BoardMonitor monitor) {
        this.streams = List.copyOf(streams);
        this.monitor = monitor;
        this.snapshot = monitor == null ? null : monitor.snapshot();
        List<Coordinator.Member> members = new ArrayList<>();
        for (Deployment.Stream s : streams) {
            double rate = s.source().framesPerSecond();
            members.add(new Coordinator.Member(
                    s.spec().name(), s.application().profile(), s.application().goal(), Double.isNaN(rate) ? 0 : rate));
        }
        coordinator = new Coordinator(members, CoordinatorOptions.DEFAULT);
        present = new boolean[streams.size()];
        java.util.Arrays.fill(present, true);
        for (int i = 0; i < streams.size(); i++) {
            int index = i;
            streams.get(i).application().observer(outcome -> observe(index, outcome));
        }
    }

    private synchronized void observe(int index, Outcome outcome) {
        coordinator.observe(index, outcome);
    }

    /** From now on a stream has ended. Any thread. */
    synchronized void left(int index) {
        present[index] = false;
    }

    /** Decides, where it is time to. */
    void tick(long nowNanos) {
        if (nowNanos < next) {
            return;
        }
        next = nowNanos + PERIOD_NANOS;
        double hertz = Double.NaN;
        double cap = Double.NaN;
        boolean throttled = false;
        Snapshot s = snapshot;
        if (monitor != null && s != null) {
            monitor.latest(s);
            hertz = s.gpuHertz();
            cap = s.gpuCapHertz();
            throttled = s.throttled();
        }
        Allocation shares;
        synchronized (this) {
            shares = coordinator.decide(new Situation(nowNanos, present.clone(), hertz, cap, throttled));
        }
        for (int i = 0; i < streams.size(); i++) {
            Allocation.Share share = shares.shares().get(i);
            Application app = streams.get(i).application();
            app.paused(!share.runs());
            if (share.runs()) {
                app.bound(share.widest(), share.narrowest());
            }
        }
    }
}
