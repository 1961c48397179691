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

    private static final Layout THREE = new Layout(Layout.NCHW_F32, 1, 1, 1, 1, 3);
    private static final Activation TWICE = new Activation(Activation.LINEAR, 2, 0);

    private static Bridge bridge;
    private static Graphs graphs;

    @BeforeAll
    static void load() {
        bridge = HostBridge.require();
        graphs = bridge.graphs();
    }

    private static void twice(Block x, long stream) {
        long at = x.address();
        bridge.images().epilogue(THREE, at, THREE, 0, THREE, at, 0, 0, 0, TWICE, Activation.IDENTITY, stream);
    }

    @Test
    void a_replay_does_what_was_recorded() {
        Block x = Block.floats(1, 2, 3);
        graphs.begin(STREAM);
        assertThat(graphs.isRecording(STREAM)).isTrue();
        twice(x, STREAM);
        bridge.tensors().softmax(x.address(), 0, 3, 1, 1, x.address(), 0, STREAM);
        twice(x, STREAM);
        long graph = graphs.end(STREAM);
        assertThat(graphs.isRecording(STREAM)).isFalse();
        assertThat(x.get(0, 2)).as("nothing is done while recording").isEqualTo(3);
        assertThat(graphs.nodes(graph)).isEqualTo(3);
        graphs.upload(graph, STREAM);
        graphs.launch(graph, STREAM);
        assertThat(x.get(0, 1)).isEqualTo(2);
        graphs.destroy(graph);

        Block y = Block.floats(1, 2, 3);
        graphs.begin(STREAM);
        twice(y, STREAM);
        long second = graphs.end(STREAM);
        graphs.launch(second, STREAM);
        graphs.launch(second, STREAM);
        y.put(0, 0, 10);
        graphs.launch(second, STREAM);
        assertThat(y.get(0, 0)).isEqualTo(20);
        assertThat(y.get(0, 2)).isEqualTo(24);
        graphs.destroy(second);
    }

    @Test
    void another_stream_is_not_recorded() {
        Block x = Block.floats(1, 2, 3);
        graphs.begin(STREAM);
        twice(x, STREAM + 1);
        graphs.abort(STREAM);
        assertThat(x.get(0, 0)).isEqualTo(2);
        twice(x, STREAM);
        assertThat(x.get(0, 0)).isEqualTo(4);
    }

    @Test
    void recordings_out_of_order_are_refused() {
        assertThatThrownBy(() -> graphs.begin(0))
                .isInstanceOfSatisfying(
                        BridgeException.class, e -> assertThat(e.status()).isEqualTo(BridgeException.CAPTURE))
                .hasMessage("dms_graph_begin: the default stream can't be recorded");
        assertThatThrownBy(() -> graphs.end(STREAM)).hasMessage("dms_graph_end: the stream is not recording");
        graphs.begin(STREAM);
        assertThatThrownBy(() -> graphs.begin(STREAM)).hasMessage("dms_graph_begin: the stream is recording already");
        graphs.abort(STREAM);
        assertThatThrownBy(() -> graphs.launch(0, STREAM)).hasMessage("dms_graph_launch: graph is null");
    }

    @Test
    void a_call_allocates_nothing_in_java() {
        Block x = Block.floats(1, 2, 3);
        graphs.begin(STREAM);
        twice(x, STREAM);
        long graph = graphs.end(STREAM);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        for (int i = 0; i < 20_000; i++) {
            twice(x, 0);
            graphs.launch(graph, STREAM);
        }
        long before = threads.getThreadAllocatedBytes(id);
        for (int i = 0; i < 10_000; i++) {
            twice(x, 0);
            graphs.launch(graph, STREAM);
        }
        long bytes = threads.getThreadAllocatedBytes(id) - before;
        graphs.destroy(graph);
        assertThat(bytes).isLessThan(1000);
    }
}
