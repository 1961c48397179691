package io.dms.robotics;

import io.dms.control.Allocation;
import io.dms.control.Coordinator;
import io.dms.control.CoordinatorOptions;
import io.dms.control.Outcome;
import io.dms.control.Situation;
import io.dms.model.EnvironmentException;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.Snapshot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares one board among the streams of a deployment: tells a {@link Coordinator} what each call took, asks it twice a
 * second how to share, keeps every application's choices within what it says, and caps the GPU's clock where it may. An application that it pauses serves no
 * frames until it says otherwise. The coordinator is used under this object's lock.
 */
final class Sharing {
    private static final Logger LOG = LoggerFactory.getLogger(Sharing.class);
    private static final long PERIOD_NANOS = 500_000_000;

    private final List<Deployment.Stream> streams;
    private final @Nullable BoardMonitor monitor;
    private final @Nullable Snapshot snapshot;
    private final List<Coordinator.Member> members = new ArrayList<>();
    private @Nullable BoardClocks clocks;
    private Coordinator coordinator;
    private long capHertz;
    private final boolean[] present;
    private long next;

    /** @param clocks what the coordinator may choose the GPU's clock with, null where it may not; the caller's */
    Sharing(List<Deployment.Stream> streams, @Nullable BoardMonitor monitor, @Nullable BoardClocks clocks) {
        this.streams = List.copyOf(streams);
        this.monitor = monitor;
        this.snapshot = monitor == null ? null : monitor.snapshot();
        for (Deployment.Stream s : streams) {
            double rate = s.source().framesPerSecond();
            members.add(new Coordinator.Member(
                    s.spec().name(), s.application().profile(), s.application().goal(), Double.isNaN(rate) ? 0 : rate));
        }
        this.clocks = clocks;
        coordinator = new Coordinator(members, CoordinatorOptions.DEFAULT.withClocks(clocks != null));
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
        cap(shares.hertz());
    }

    private void cap(@Nullable Long hertz) {
        BoardClocks ours = clocks;
        if (ours == null || hertz == null || hertz == capHertz) {
            return;
        }
        try {
            ours.cap(hertz);
            capHertz = hertz;
        } catch (EnvironmentException e) {
            LOG.warn("the clock is left to the board from now on: {}", e.getMessage());
            clocks = null;
            synchronized (this) {
                coordinator = new Coordinator(members, CoordinatorOptions.DEFAULT);
            }
        }
    }
}
