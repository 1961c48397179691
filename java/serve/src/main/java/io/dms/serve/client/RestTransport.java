package io.dms.serve.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dms.serve.protocol.InferRequest;
import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.ModelFigures;
import io.dms.serve.protocol.ModelInfo;
import io.dms.serve.protocol.Parameters;
import io.dms.serve.protocol.Refusal;
import io.dms.serve.protocol.RestCodec;
import io.dms.serve.protocol.ServerInfo;
import io.dms.serve.protocol.TensorType;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.client.ContentResponse;
import org.jspecify.annotations.Nullable;

/** The way over REST. Tensors go as bytes where the server says that it understands that, else as numbers in JSON. */
final class RestTransport implements Transport {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpCaller http;
    private volatile @Nullable Boolean binary;

    RestTransport(ClientOptions options) {
        this.http = new HttpCaller(options);
    }

    private ContentResponse get(String path, long nanos) {
        return http.call(path, List.of(), null, nanos);
    }

    private static byte[] ok(ContentResponse answer) {
        byte[] body = answer.getContent();
        if (answer.getStatus() != 200) {
            throw new InferenceException(
                    Refusal.ofHttp(answer.getStatus()),
                    "HTTP status " + answer.getStatus() + ": " + RestCodec.errorText(body));
        }
        return body;
    }

    private boolean yes(String path, long nanos) {
        ContentResponse a = get(path, nanos);
        if (a.getStatus() == 200 || a.getStatus() == 503) {
            return a.getStatus() == 200;
        }
        ok(a);
        return false;
    }

    private static String model(String name, String version) {
        String path = "/v2/models/" + encoded(name);
        return version.isEmpty() ? path : path + "/versions/" + encoded(version);
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public boolean live(long nanos) {
        return yes("/v2/health/live", nanos);
    }

    @Override
    public boolean ready(long nanos) {
        return yes("/v2/health/ready", nanos);
    }

    @Override
    public boolean modelReady(String name, String version, long nanos) {
        return yes(model(name, version) + "/ready", nanos);
    }

    private JsonNode json(String path, long nanos) {
        try {
            JsonNode n = JSON.readTree(ok(get(path, nanos)));
            if (n != null && n.isObject()) {
                return n;
            }
            throw new InferenceException(Refusal.INTERNAL, "the server's answer to " + path + " is no JSON object");
        } catch (IOException e) {
            throw new InferenceException(Refusal.INTERNAL, "the server's answer to " + path + " is no JSON", e);
        }
    }

    @Override
    public ServerInfo server(long nanos) {
        JsonNode n = json("/v2", nanos);
        List<String> extensions = new ArrayList<>();
        n.path("extensions").forEach(e -> extensions.add(e.asText()));
        return new ServerInfo(n.path("name").asText(), n.path("version").asText(), extensions);
    }

    @Override
    public ModelInfo model(String name, String version, long nanos) {
        JsonNode n = json(model(name, version), nanos);
        List<String> versions = new ArrayList<>();
        n.path("versions").forEach(e -> versions.add(e.asText()));
        return new ModelInfo(
                n.path("name").asText(),
                versions,
                n.path("platform").asText(),
                tensors(n.path("inputs")),
                tensors(n.path("outputs")));
    }

    private static List<ModelInfo.Tensor> tensors(JsonNode all) {
        List<ModelInfo.Tensor> out = new ArrayList<>();
        for (JsonNode t : all) {
            long[] shape = new long[t.path("shape").size()];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = t.path("shape").path(i).asLong();
            }
            out.add(new ModelInfo.Tensor(
                    t.path("name").asText(), TensorType.of(t.path("datatype").asText()), shape));
        }
        return out;
    }

    @Override
    public ModelFigures statistics(String name, String version, long nanos) {
        JsonNode m =
                json(model(name, version) + "/stats", nanos).path("model_stats").path(0);
        if (!m.isObject()) {
            throw new InferenceException(Refusal.INTERNAL, "the server gave no statistics");
        }
        JsonNode i = m.path("inference_stats");
        long last = m.path("last_inference").asLong();
        return new ModelFigures(
                m.path("name").asText(),
                m.path("version").asText(),
                last == 0 ? null : Instant.ofEpochMilli(last),
                m.path("inference_count").asLong(),
                m.path("execution_count").asLong(),
                total(i.path("success")),
                total(i.path("fail")),
                total(i.path("queue")),
                total(i.path("compute_input")),
                total(i.path("compute_infer")),
                total(i.path("compute_output")));
    }

    private static ModelFigures.Total total(JsonNode n) {
        return new ModelFigures.Total(n.path("count").asLong(), n.path("ns").asLong());
    }

    @Override
    public InferResponse infer(InferRequest request, long deadlineNanos) {
        boolean bytes = binary(deadlineNanos - System.nanoTime());
        RestCodec.Message m = RestCodec.writeRequest(request, bytes);
        ContentResponse answer = http.call(
                model(request.model(), request.version()) + "/infer",
                m.parts(),
                m.binary() ? m.jsonLength() : null,
                deadlineNanos - System.nanoTime());
        byte[] body = ok(answer);
        String said = answer.getHeaders().get(Parameters.HEADER_LENGTH);
        int jsonLength = said != null && said.matches("[0-9]{1,9}") ? Integer.parseInt(said) : -1;
        try {
            return RestCodec.readResponse(body, jsonLength);
        } catch (InferenceException e) {
            throw new InferenceException(Refusal.INTERNAL, "the server's answer can't be read: " + e.reason(), e);
        }
    }

    private boolean binary(long nanos) {
        Boolean known = binary;
        if (known == null) {
            known = server(nanos).extensions().contains("binary_tensor_data");
            binary = known;
        }
        return known;
    }

    @Override
    public void forgetLoss() {
        // each request finds or makes a connection of its own
    }

    @Override
    public void close() {
        http.close();
    }
}
