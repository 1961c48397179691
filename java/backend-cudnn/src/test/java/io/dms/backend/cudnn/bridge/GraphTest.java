package io.dms.backend.cudnn.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What was recorded is done at each replay, with what lies in memory then. */
class GraphTest {
    private static final long STREAM = 0x1234;

    private static Bridge bridge;

    @BeforeAll
    static void load() {
        bridge = HostBridge.require();
    }

    private static void twice(Block x, long stream) {
        bridge.epilogue(
                x.address(), 0, 1, 0, 0, 0, x.address(), 0, 1, 1, 1, 3, 0, 0, 0, Bridge.LINEAR, 2, 0, 0, 0, 0, stream);
    }

    @Test
    void a_replay_does_what_was_recorded() {
        Block x = Block.floats(1, 2, 3);
        bridge.graphBegin(STREAM);
        assertThat(bridge.graphRecording(STREAM)).isTrue();
        twice(x, STREAM);
        bridge.softmax(x.address(), 0, 3, 1, 1, x.address(), 0, STREAM);
        twice(x, STREAM);
        long graph = bridge.graphEnd(STREAM);
        assertThat(bridge.graphRecording(STREAM)).isFalse();
        assertThat(x.get(0, 2)).as("nothing is done while recording").isEqualTo(3);
        assertThat(bridge.graphNodes(graph)).isEqualTo(3);
        bridge.graphUpload(graph, STREAM);
        bridge.graphLaunch(graph, STREAM);
        assertThat(x.get(0, 1)).isEqualTo(2);
        bridge.graphDestroy(graph);

        Block y = Block.floats(1, 2, 3);
        bridge.graphBegin(STREAM);
        twice(y, STREAM);
        long second = bridge.graphEnd(STREAM);
        bridge.graphLaunch(second, STREAM);
        bridge.graphLaunch(second, STREAM);
        y.put(0, 0, 10);
        bridge.graphLaunch(second, STREAM);
        assertThat(y.get(0, 0)).isEqualTo(20);
        assertThat(y.get(0, 2)).isEqualTo(24);
        bridge.graphDestroy(second);
    }

    @Test
    void another_stream_is_not_recorded() {
        Block x = Block.floats(1, 2, 3);
        bridge.graphBegin(STREAM);
        twice(x, STREAM + 1);
        bridge.graphAbort(STREAM);
        assertThat(x.get(0, 0)).isEqualTo(2);
        twice(x, STREAM);
        assertThat(x.get(0, 0)).isEqualTo(4);
    }

    @Test
    void recordings_out_of_order_are_refused() {
        assertThatThrownBy(() -> bridge.graphBegin(0))
                .isInstanceOfSatisfying(
                        BridgeException.class, e -> assertThat(e.status()).isEqualTo(BridgeException.CAPTURE))
                .hasMessage("dms_graph_begin: the default stream can't be recorded");
        assertThatThrownBy(() -> bridge.graphEnd(STREAM)).hasMessage("dms_graph_end: the stream is not recording");
        bridge.graphBegin(STREAM);
        assertThatThrownBy(() -> bridge.graphBegin(STREAM))
                .hasMessage("dms_graph_begin: the stream is recording already");
        bridge.graphAbort(STREAM);
        assertThatThrownBy(() -> bridge.graphLaunch(0, STREAM)).hasMessage("dms_graph_launch: graph is null");
    }

    @Test
    void a_call_allocates_nothing_in_java() {
        Block x = Block.floats(1, 2, 3);
        bridge.graphBegin(STREAM);
        twice(x, STREAM);
        long graph = bridge.graphEnd(STREAM);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        for (int i = 0; i < 20_000; i++) {
            twice(x, 0);
            bridge.graphLaunch(graph, STREAM);
        }
        long before = threads.getThreadAllocatedBytes(id);
        for (int i = 0; i < 10_000; i++) {
            twice(x, 0);
            bridge.graphLaunch(graph, STREAM);
        }
        long bytes = threads.getThreadAllocatedBytes(id) - before;
        bridge.graphDestroy(graph);
        assertThat(bytes).isLessThan(1000);
    }
}
