package io.dms.robotics;

import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.runtime.Backend;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.util.List;

/** What a test gave last, as a backend that is found by its name. */
public final class StubBackend implements Backend {
    static volatile Stub stub = new Stub();

    @Override
    public String name() {
        return stub.name();
    }

    @Override
    public String describe() {
        return stub.describe();
    }

    @Override
    public List<String> refusals(Graph graph) {
        return stub.refusals(graph);
    }

    @Override
    public Session open(ScalableModel model, SessionOptions options) {
        return stub.open(model, options);
    }
}
