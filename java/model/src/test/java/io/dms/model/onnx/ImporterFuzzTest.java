package io.dms.model.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dms.model.DmsException;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes are either imported or refused with a message: any exception but a {@link DmsException} is a finding. An
 * ordinary test run tries the seeds; {@code JAZZER_FUZZ=1 mvn test -pl java/model -Dtest=ImporterFuzzTest} searches for
 * {@code maxDuration}.
 */
class ImporterFuzzTest {
    static Stream<Arguments> seeds() {
        return Seeds.all().stream().map(ModelProto::toByteArray).map(bytes -> Arguments.of((Object) bytes));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void importsOrRefuses(byte[] bytes) {
        try {
            ImportedModel m = OnnxImporter.read(ByteBuffer.wrap(bytes), "fuzz.onnx", ImportOptions.DEFAULT);
            OnnxWriter.toBytes(m.graph(), m.metadata(), m.unusedInitializers());
        } catch (DmsException e) {
            if (e.getMessage() == null || e.getMessage().contains("\n")) {
                throw new IllegalStateException("not one line", e);
            }
        }
    }
}
