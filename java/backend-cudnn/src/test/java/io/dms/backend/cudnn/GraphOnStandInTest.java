package io.dms.backend.cudnn;

import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;

/** The same with a graph for each level, recorded and replayed. */
class GraphOnStandInTest extends CudnnOnStandInTest {
    @Override
    protected SessionOptions options() {
        return super.options().withLaunch(Launch.GRAPH);
    }
}
