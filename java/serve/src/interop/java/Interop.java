import inference.GrpcPredictV2.InferTensorContents;
import inference.GrpcPredictV2.ModelInferRequest;
import inference.GrpcPredictV2.ModelInferResponse;
import inference.GrpcPredictV2.ModelMetadataRequest;
import inference.GrpcPredictV2.ModelMetadataResponse;
import inference.GrpcPredictV2.ServerMetadataRequest;
import inference.GrpcPredictV2.ServerMetadataResponse;
import inference.GrpcPredictV2.InferParameter;
import inference.GrpcPredictV2.ModelReadyRequest;
import inference.GrpcPredictV2.ModelReadyResponse;
import inference.GrpcPredictV2.ServerLiveRequest;
import inference.GrpcPredictV2.ServerLiveResponse;
import inference.GrpcPredictV2.ServerReadyRequest;
import inference.GrpcPredictV2.ServerReadyResponse;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * Asks a running server through Apache Camel's KServe component, whose stubs and messages are not ours. Argument:
 * HOST:PORT of gRPC; the server has the bundled model. Ends with status 1 where something is not as the protocol says.
 */
public final class Interop {
    private static int failures;

    public static void main(String[] args) throws Exception {
        String target = args.length > 0 ? args[0] : "127.0.0.1:8001";
        String model = "resnet20-cifar10";
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.start();
            ProducerTemplate ask = camel.createProducerTemplate();
            String at = "?target=" + target;
            String of = at + "&modelName=" + model;
            check("server/live", ask.requestBody("kserve:server/live" + at, ServerLiveRequest.getDefaultInstance(), ServerLiveResponse.class).getLive());
            check("server/ready", ask.requestBody("kserve:server/ready" + at, ServerReadyRequest.getDefaultInstance(), ServerReadyResponse.class).getReady());
            check("model/ready", ask.requestBody("kserve:model/ready" + of, ModelReadyRequest.getDefaultInstance(), ModelReadyResponse.class).getReady());
            ServerMetadataResponse server = ask.requestBody("kserve:server/metadata" + at, ServerMetadataRequest.getDefaultInstance(), ServerMetadataResponse.class);
            check("server/metadata " + server.getName() + " " + server.getExtensionsList(), server.getName().equals("dms"));
            ModelMetadataResponse metadata = ask.requestBody("kserve:model/metadata" + of, ModelMetadataRequest.getDefaultInstance(), ModelMetadataResponse.class);
            check("model/metadata " + metadata.getPlatform() + " " + metadata.getInputs(0).getShapeList(), metadata.getInputs(0).getDatatype().equals("FP32"));
            String input = metadata.getInputs(0).getName();
            InferTensorContents.Builder typed = InferTensorContents.newBuilder();
            java.nio.ByteBuffer raw = java.nio.ByteBuffer.allocate(4 * 3072).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < 3072; i++) {
                float v = (i % 97) / 97f - 0.5f;
                typed.addFp32Contents(v);
                raw.putFloat(v);
            }
            ModelInferRequest.InferInputTensor.Builder tensor = ModelInferRequest.InferInputTensor.newBuilder()
                    .setName(input).setDatatype("FP32").addShape(1).addShape(3).addShape(32).addShape(32);
            for (String width : new String[] {"1.0", "0.25"}) {
                InferParameter p = InferParameter.newBuilder().setStringParam(width).build();
                ModelInferResponse a = ask.requestBody("kserve:infer" + of, ModelInferRequest.newBuilder().putParameters("width", p).setId("a")
                        .addInputs(tensor.clone().setContents(typed)).build(), ModelInferResponse.class);
                ModelInferResponse b = ask.requestBody("kserve:infer" + of, ModelInferRequest.newBuilder().putParameters("width", p)
                        .addInputs(tensor.clone()).addRawInputContents(com.google.protobuf.ByteString.copyFrom(raw.array())).build(), ModelInferResponse.class);
                check("infer width " + width + ", typed and raw alike, level " + a.getParametersOrThrow("level").getStringParam(),
                        a.getId().equals("a") && a.getRawOutputContents(0).equals(b.getRawOutputContents(0)) && a.getOutputs(0).getShape(1) == 10);
            }
            refused("unknown model", () -> ask.requestBody("kserve:infer" + at + "&modelName=nobody", ModelInferRequest.getDefaultInstance(), ModelInferResponse.class), "NOT_FOUND");
            refused("no inputs", () -> ask.requestBody("kserve:infer" + of, ModelInferRequest.getDefaultInstance(), ModelInferResponse.class), "INVALID_ARGUMENT");
        }
        System.exit(failures == 0 ? 0 : 1);
    }

    private static void check(String what, boolean ok) {
        System.out.println((ok ? "ok      " : "FAILED  ") + what);
        failures += ok ? 0 : 1;
    }

    private static void refused(String what, Runnable call, String status) {
        try {
            call.run();
            check(what, false);
        } catch (CamelExecutionException e) {
            check(what + ": " + e.getCause().getMessage(), e.getCause().getMessage().startsWith(status));
        }
    }
}
