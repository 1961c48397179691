package io.dms.serve.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dms.serve.AccessToken;
import io.dms.serve.TlsFiles;
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
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.KeyManager;
import org.jspecify.annotations.Nullable;

/** The way over REST. Tensors go as bytes where the server says that it understands that, else as numbers in JSON. */
final class RestTransport implements Transport {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ClientOptions options;
    private final HttpClient http;
    private volatile @Nullable Boolean binary;

    RestTransport(ClientOptions options) {
        this.options = options;
        HttpClient.Builder b = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
        Path trust = options.trust();
        if (options.tls() && trust != null) {
            b.sslContext(TlsFiles.context(new KeyManager[0], TlsFiles.trust(trust)));
        }
        this.http = b.build();
    }

    private HttpResponse<byte[]> call(String path, BodyPublisher body, @Nullable Integer jsonLength, long nanos) {
        HttpRequest.Builder r =
                HttpRequest.newBuilder(URI.create(options.address().toString().replaceFirst("/+$", "") + path));
        AccessToken token = options.token();
        if (token != null) {
            r.header("Authorization", token.header());
        }
        if (jsonLength != null) {
            r.header(Parameters.HEADER_LENGTH, Integer.toString(jsonLength));
        }
        r.header("Content-Type", jsonLength == null ? "application/json" : "application/octet-stream");
        HttpRequest request = body == BodyPublishers.noBody()
                ? r.GET().build()
                : body.contentLength() == 0 ? r.GET().build() : r.POST(body).build();
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request, info -> new BoundedBody(options.maxBytes()));
        try {
            return answer.get(Math.max(1, nanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new InferenceException(Refusal.LATE, "no answer within the deadline", e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new InferenceException(Refusal.LATE, "interrupted while waiting for the answer", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof InferenceException own) {
                throw own;
            }
            throw new InferenceException(Refusal.UNAVAILABLE, "the server can't be reached or was lost: " + cause, e);
        }
    }

    private byte[] ok(HttpResponse<byte[]> answer) {
        if (answer.statusCode() != 200) {
            throw new InferenceException(
                    Refusal.ofHttp(answer.statusCode()),
                    "HTTP status " + answer.statusCode() + ": " + RestCodec.errorText(answer.body()));
        }
        return answer.body();
    }

    private boolean yes(String path, long nanos) {
        HttpResponse<byte[]> a = call(path, BodyPublishers.noBody(), null, nanos);
        if (a.statusCode() == 200 || a.statusCode() == 503) {
            return a.statusCode() == 200;
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
            JsonNode n = JSON.readTree(ok(call(path, BodyPublishers.noBody(), null, nanos)));
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
        HttpResponse<byte[]> answer = call(
                model(request.model(), request.version()) + "/infer",
                new Pieces(m.parts()),
                m.binary() ? m.jsonLength() : null,
                deadlineNanos - System.nanoTime());
        byte[] body = ok(answer);
        int jsonLength = answer.headers()
                .firstValue(Parameters.HEADER_LENGTH)
                .filter(v -> v.matches("[0-9]{1,9}"))
                .map(Integer::parseInt)
                .orElse(-1);
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
        // the JDK's client ends with its last reference
    }
}
