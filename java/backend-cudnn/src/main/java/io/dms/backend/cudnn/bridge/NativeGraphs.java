package io.dms.backend.cudnn.bridge;

import static io.dms.backend.cudnn.bridge.NativeStatus.check;
import static io.dms.backend.cudnn.bridge.NativeStatus.failure;

/** Recordings of the loaded library. */
final class NativeGraphs implements Graphs {
    @Override
    public void begin(long stream) {
        check(NativeCalls.graphBegin(stream));
    }

    @Override
    public boolean isRecording(long stream) {
        int state = NativeCalls.graphRecording(stream);
        if (state < 0) {
            throw failure(BridgeException.CAPTURE);
        }
        return state == 1;
    }

    @Override
    public long end(long stream) {
        long graph = NativeCalls.graphEnd(stream);
        if (graph == 0) {
            throw failure(BridgeException.CAPTURE);
        }
        return graph;
    }

    @Override
    public void abort(long stream) {
        check(NativeCalls.graphAbort(stream));
    }

    @Override
    public long nodes(long graph) {
        long nodes = NativeCalls.graphNodes(graph);
        if (nodes < 0) {
            throw failure(BridgeException.BAD_ARGUMENT);
        }
        return nodes;
    }

    @Override
    public void upload(long graph, long stream) {
        check(NativeCalls.graphUpload(graph, stream));
    }

    @Override
    public void launch(long graph, long stream) {
        check(NativeCalls.graphLaunch(graph, stream));
    }

    @Override
    public void destroy(long graph) {
        check(NativeCalls.graphDestroy(graph));
    }
}
