package io.dms.monitor;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events on their way from the threads that notice them to those who listen. Any thread posts and never waits; one thread
 * at a time tells. What nobody takes is dropped beyond {@value #MOST} events, the newest first.
 */
final class EventDesk {
    private static final Logger LOG = LoggerFactory.getLogger(EventDesk.class);
    private static final int MOST = 1000;

    private final List<Consumer<MonitorEvent>> listeners = new CopyOnWriteArrayList<>();
    private final Queue<MonitorEvent> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    /** False where the desk is full and the event is dropped. */
    boolean post(MonitorEvent event) {
        if (waiting.incrementAndGet() > MOST) {
            waiting.decrementAndGet();
            return false;
        }
        events.add(event);
        return true;
    }

    /** Calls each listener with each event that waits, in order; what one throws is logged. */
    void tell() {
        for (MonitorEvent event = events.poll(); event != null; event = events.poll()) {
            waiting.decrementAndGet();
            for (Consumer<MonitorEvent> listener : listeners) {
                try {
                    listener.accept(event);
                } catch (RuntimeException e) {
                    LOG.warn("a listener failed at: {}", event.text(), e);
                }
            }
        }
    }

    void add(Consumer<MonitorEvent> listener) {
        listeners.add(listener);
    }

    void remove(Consumer<MonitorEvent> listener) {
        listeners.remove(listener);
    }
}
