package io.dms.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class EventDeskTest {
    private static MonitorEvent event(int i) {
        return new MonitorEvent(MonitorEvent.Kind.SENSOR_LOST, 0, "sensor", i, 0, "event " + i);
    }

    @Test
    void everyListenerHearsEveryEventInOrderAlsoWhereAnotherFails() {
        EventDesk desk = new EventDesk();
        List<Long> heard = new ArrayList<>();
        desk.add(e -> {
            throw new IllegalStateException("made up");
        });
        Consumer<MonitorEvent> listener = e -> heard.add((long) e.before());
        desk.add(listener);
        for (int i = 0; i < 3; i++) {
            assertThat(desk.post(event(i))).isTrue();
        }
        desk.tell();
        desk.tell();
        assertThat(heard).containsExactly(0L, 1L, 2L);
        desk.remove(listener);
        desk.post(event(3));
        desk.tell();
        assertThat(heard).hasSize(3);
    }

    @Test
    void whatNobodyTakesIsDroppedTheNewestFirstAndThereIsRoomAgainOnceItWasTold() {
        EventDesk desk = new EventDesk();
        List<Long> heard = new ArrayList<>();
        desk.add(e -> heard.add((long) e.before()));
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 1000; i++) {
                assertThat(desk.post(event(i)))
                        .as("round %d event %d", round, i)
                        .isTrue();
            }
            for (int i = 1000; i < 1500; i++) {
                assertThat(desk.post(event(i))).isFalse();
            }
            desk.tell();
            assertThat(heard).hasSize(1000).endsWith(999L);
            heard.clear();
        }
    }
}
