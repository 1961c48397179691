package io.dms.serve.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import io.dms.serve.wire.OpenInference;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Names, numbers and types as the protocol's published definition has them (github.com/kserve/open-inference-protocol,
 * specification/protocol/open_inference_grpc.proto, commit 29ca333e): whoever speaks it reads our bytes.
 */
class PublishedNumbersTest {
    private static final FileDescriptor FILE = OpenInference.getDescriptor();

    /** name:number:type, in which * is repeated. */
    private static final Map<String, String> PUBLISHED = Map.ofEntries(
            Map.entry("ServerLiveRequest", ""),
            Map.entry("ServerLiveResponse", "live:1:bool"),
            Map.entry("ServerReadyRequest", ""),
            Map.entry("ServerReadyResponse", "ready:1:bool"),
            Map.entry("ModelReadyRequest", "name:1:string version:2:string"),
            Map.entry("ModelReadyResponse", "ready:1:bool"),
            Map.entry("ServerMetadataRequest", ""),
            Map.entry("ServerMetadataResponse", "name:1:string version:2:string extensions:3:string*"),
            Map.entry("ModelMetadataRequest", "name:1:string version:2:string"),
            Map.entry(
                    "ModelMetadataResponse",
                    "name:1:string versions:2:string* platform:3:string inputs:4:TensorMetadata*"
                            + " outputs:5:TensorMetadata*"),
            Map.entry("ModelMetadataResponse.TensorMetadata", "name:1:string datatype:2:string shape:3:int64*"),
            Map.entry(
                    "ModelInferRequest",
                    "model_name:1:string model_version:2:string id:3:string parameters:4:ParametersEntry*"
                            + " inputs:5:InferInputTensor* outputs:6:InferRequestedOutputTensor*"
                            + " raw_input_contents:7:bytes*"),
            Map.entry(
                    "ModelInferRequest.InferInputTensor",
                    "name:1:string datatype:2:string shape:3:int64* parameters:4:ParametersEntry*"
                            + " contents:5:InferTensorContents"),
            Map.entry("ModelInferRequest.InferRequestedOutputTensor", "name:1:string parameters:2:ParametersEntry*"),
            Map.entry(
                    "ModelInferResponse",
                    "model_name:1:string model_version:2:string id:3:string parameters:4:ParametersEntry*"
                            + " outputs:5:InferOutputTensor* raw_output_contents:6:bytes*"),
            Map.entry(
                    "ModelInferResponse.InferOutputTensor",
                    "name:1:string datatype:2:string shape:3:int64* parameters:4:ParametersEntry*"
                            + " contents:5:InferTensorContents"),
            Map.entry(
                    "InferParameter",
                    "bool_param:1:bool int64_param:2:int64 string_param:3:string double_param:4:double"
                            + " uint64_param:5:uint64"),
            Map.entry(
                    "InferTensorContents",
                    "bool_contents:1:bool* int_contents:2:int32* int64_contents:3:int64* uint_contents:4:uint32*"
                            + " uint64_contents:5:uint64* fp32_contents:6:float* fp64_contents:7:double*"
                            + " bytes_contents:8:bytes*"));

    private static void collect(String prefix, List<Descriptor> messages, Map<String, String> out) {
        for (Descriptor m : messages) {
            if (m.getOptions().getMapEntry()) {
                assertThat(fields(m)).isEqualTo("key:1:string value:2:InferParameter");
                continue;
            }
            out.put(prefix + m.getName(), fields(m));
            collect(prefix + m.getName() + ".", m.getNestedTypes(), out);
        }
    }

    private static String fields(Descriptor m) {
        return m.getFields().stream()
                .map(f -> f.getName() + ":" + f.getNumber() + ":"
                        + (f.getType() == com.google.protobuf.Descriptors.FieldDescriptor.Type.MESSAGE
                                ? f.getMessageType().getName()
                                : f.getType().name().toLowerCase(java.util.Locale.ROOT))
                        + (f.isRepeated() ? "*" : ""))
                .collect(Collectors.joining(" "));
    }

    @Test
    void messages_are_the_published_ones() {
        Map<String, String> ours = new TreeMap<>();
        collect("", FILE.getMessageTypes(), ours);
        PUBLISHED.forEach((name, fields) -> assertThat(ours).containsEntry(name, fields));
        assertThat(ours.keySet())
                .as("what is beyond it belongs to the statistics extension")
                .allMatch(name -> PUBLISHED.containsKey(name) || name.contains("Statistic"));
    }

    @Test
    void the_statistics_extension_has_the_numbers_of_its_inventor() {
        Map<String, String> ours = new TreeMap<>();
        collect("", FILE.getMessageTypes(), ours);
        assertThat(ours)
                .containsEntry("StatisticDuration", "count:1:uint64 ns:2:uint64")
                .containsEntry(
                        "ModelStatistics",
                        "name:1:string version:2:string last_inference:3:uint64 inference_count:4:uint64"
                                + " execution_count:5:uint64 inference_stats:6:InferStatistics"
                                + " batch_stats:7:InferBatchStatistics*")
                .containsEntry(
                        "InferStatistics",
                        "success:1:StatisticDuration fail:2:StatisticDuration queue:3:StatisticDuration"
                                + " compute_input:4:StatisticDuration compute_infer:5:StatisticDuration"
                                + " compute_output:6:StatisticDuration");
    }

    @Test
    void the_service_is_the_published_one() {
        assertThat(FILE.getPackage()).isEqualTo("inference");
        assertThat(FILE.getServices().get(0).getFullName()).isEqualTo("inference.GRPCInferenceService");
        assertThat(FILE.getServices().get(0).getMethods())
                .extracting(MethodDescriptor::getName)
                .containsExactly(
                        "ServerLive",
                        "ServerReady",
                        "ModelReady",
                        "ServerMetadata",
                        "ModelMetadata",
                        "ModelInfer",
                        "ModelStatistics");
        for (MethodDescriptor m : FILE.getServices().get(0).getMethods()) {
            assertThat(m.getInputType().getName()).isEqualTo(m.getName() + "Request");
            assertThat(m.getOutputType().getName()).isEqualTo(m.getName() + "Response");
            assertThat(m.isClientStreaming() || m.isServerStreaming()).isFalse();
        }
    }
}
