package io.dms.schedule.special;

import io.dms.model.WidthLevel;
import io.dms.runtime.Session;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/** Models of a stream on sessions that are the stream's alone. Allocates nothing once made; not thread-safe. */
final class SessionModels implements SpecialisedStream.Models {
    private final Session general;
    private final WidthLevel level;
    private final List<SpecialisedStream.Trunk> trunks;
    private final FloatBuffer scores;
    private final FloatBuffer[] features;

    SessionModels(Session general, WidthLevel level, int classes, List<SpecialisedStream.Trunk> trunks) {
        this.general = general;
        this.level = level;
        this.trunks = List.copyOf(trunks);
        this.scores = direct(classes);
        this.features = trunks.stream()
                .map(t -> direct(Math.toIntExact(
                        t.session().model().graph().outputs().get(0).shape().elements())))
                .toArray(FloatBuffer[]::new);
        general.prepare(level);
        trunks.forEach(t -> t.session().prepare(t.level()));
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(floats * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    @Override
    public int general(FloatBuffer frame) {
        general.run(level, frame, scores);
        int best = 0;
        for (int c = 1; c < scores.capacity(); c++) {
            if (scores.get(c) > scores.get(best)) {
                best = c;
            }
        }
        return best;
    }

    @Override
    public FloatBuffer features(int trunk, FloatBuffer frame) {
        SpecialisedStream.Trunk t = trunks.get(trunk);
        t.session().run(t.level(), frame, features[trunk]);
        return features[trunk];
    }
}
