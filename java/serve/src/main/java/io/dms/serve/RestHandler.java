package io.dms.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dms.serve.protocol.InferRequest;
import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.ModelInfo;
import io.dms.serve.protocol.Parameters;
import io.dms.serve.protocol.Refusal;
import io.dms.serve.protocol.RestCodec;
import io.dms.serve.protocol.TensorData;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * The protocol over REST. No thread waits: the body is gathered as it comes, a worker computes, the answer is written as
 * fast as the other side takes it.
 */
final class RestHandler extends Handler.Abstract {
    static final String NO_TOKEN = "this server wants an access token: send the header \"Authorization: Bearer TOKEN\"";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Engine engine;
    private final ServerOptions options;
    private final ByteArrays arrays = new ByteArrays();

    RestHandler(Engine engine) {
        super(InvocationType.NON_BLOCKING);
        this.engine = engine;
        this.options = engine.options();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        try {
            route(request, response, callback);
        } catch (InferenceException e) {
            refuse(response, callback, e);
        } catch (RuntimeException e) {
            refuse(
                    response,
                    callback,
                    new InferenceException(Refusal.INTERNAL, "the server failed: " + e.getMessage(), e));
        }
        return true;
    }

    private void route(Request request, Response response, Callback callback) {
        List<String> path = path(request);
        String joined = String.join("/", path);
        if (joined.equals("v2/health/live")) {
            get(request);
            send(response, callback, 200, new byte[0]);
            return;
        }
        if (joined.equals("v2/health/ready")) {
            get(request);
            ready(response, callback);
            return;
        }
        AccessToken token = options.token();
        if (token != null && !token.admits(request.getHeaders().get(HttpHeader.AUTHORIZATION))) {
            response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
            throw new InferenceException(Refusal.UNAUTHENTICATED, NO_TOKEN);
        }
        if (joined.equals("v2")) {
            get(request);
            json(response, callback, server());
        } else if (joined.equals("v2/models/stats")) {
            get(request);
            json(response, callback, StatisticsForms.json(new ArrayList<>(engine.models())));
        } else if (path.size() >= 3 && joined.startsWith("v2/models/")) {
            model(path, request, response, callback);
        } else {
            throw new InferenceException(
                    Refusal.NOT_FOUND, "there is nothing at this path: see /v2, /v2/health, /v2/models/MODEL");
        }
    }

    private void model(List<String> path, Request request, Response response, Callback callback) {
        String name = path.get(2);
        boolean versioned = path.size() >= 5 && path.get(3).equals("versions");
        String version = versioned ? path.get(4) : "";
        List<String> rest = path.subList(versioned ? 5 : 3, path.size());
        ServedModel m = engine.model(name, version);
        String what = String.join("/", rest);
        switch (what) {
            case "" -> {
                get(request);
                json(response, callback, metadata(m.info()));
            }
            case "ready" -> {
                get(request);
                ready(response, callback);
            }
            case "stats" -> {
                get(request);
                json(response, callback, StatisticsForms.json(List.of(m)));
            }
            case "infer" -> {
                method(request, "POST");
                infer(name, version, request, response, callback);
            }
            default ->
                throw new InferenceException(
                        Refusal.NOT_FOUND, "a model has /ready, /stats and /infer, and nothing else at this path");
        }
    }

    private static List<String> path(Request request) {
        String canonical = request.getHttpURI().getCanonicalPath();
        if (canonical == null) {
            throw InferenceException.invalid("the path can't be read");
        }
        List<String> out = new ArrayList<>();
        for (String part : canonical.split("/", -1)) {
            if (!part.isEmpty()) {
                out.add(part);
            }
        }
        return out;
    }

    private static void get(Request request) {
        method(request, "GET");
    }

    private static void method(Request request, String wanted) {
        if (!request.getMethod().equals(wanted)) {
            throw new InferenceException(Refusal.METHOD, "this path takes " + wanted + " only");
        }
    }

    private void ready(Response response, Callback callback) {
        if (engine.ready()) {
            send(response, callback, 200, new byte[0]);
        } else {
            throw new InferenceException(Refusal.UNAVAILABLE, "the server is shutting down");
        }
    }

    private static Map<String, Object> server() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", About.SERVER.name());
        out.put("version", About.SERVER.version());
        out.put("extensions", About.SERVER.extensions());
        return out;
    }

    private static Map<String, Object> metadata(ModelInfo info) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", info.name());
        out.put("versions", info.versions());
        out.put("platform", info.platform());
        out.put("inputs", info.inputs().stream().map(RestHandler::tensor).toList());
        out.put("outputs", info.outputs().stream().map(RestHandler::tensor).toList());
        return out;
    }

    private static Map<String, Object> tensor(ModelInfo.Tensor t) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", t.name());
        out.put("datatype", t.type().name());
        out.put("shape", t.shape());
        return out;
    }

    private void infer(String model, String version, Request request, Response response, Callback callback) {
        int jsonLength = headerLength(request);
        new BodyReader(request, options.maxBytes(), options.readTimeout(), arrays, new BodyReader.Then() {
                    @Override
                    public void whole(byte[] body, int length) {
                        long arrival = System.nanoTime();
                        try {
                            InferRequest r = RestCodec.readRequest(body, length, jsonLength, model, version);
                            engine.submit(r, arrival, Long.MAX_VALUE, () -> false, reply(r, body, response, callback));
                        } catch (InferenceException e) {
                            arrays.give(body);
                            refuse(response, callback, e);
                        } catch (RuntimeException e) {
                            refuse(
                                    response,
                                    callback,
                                    new InferenceException(
                                            Refusal.INTERNAL, "the server failed: " + e.getMessage(), e));
                        }
                    }

                    @Override
                    public void failed(InferenceException why) {
                        refuse(response, callback, why);
                    }
                })
                .start();
    }

    private static int headerLength(Request request) {
        String text = request.getHeaders().get(Parameters.HEADER_LENGTH);
        if (text == null) {
            return -1;
        }
        if (!text.matches("[0-9]{1,9}")) {
            throw InferenceException.invalid("header " + Parameters.HEADER_LENGTH + " must be a number of bytes");
        }
        return Integer.parseInt(text);
    }

    private Job.Reply reply(InferRequest r, byte[] body, Response response, Callback callback) {
        return new Job.Reply() {
            @Override
            public void answer(InferResponse answer) {
                arrays.give(body);
                RestCodec.Message m = RestCodec.writeResponse(answer, t -> binary(r, t));
                if (m.binary()) {
                    response.getHeaders().put(Parameters.HEADER_LENGTH, Integer.toString(m.jsonLength()));
                    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/octet-stream");
                } else {
                    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
                }
                send(response, callback, 200, m.bytes());
            }

            @Override
            public void refuse(InferenceException why) {
                arrays.give(body);
                RestHandler.refuse(response, callback, why);
            }
        };
    }

    private static boolean binary(InferRequest r, TensorData output) {
        for (InferRequest.Output o : r.outputs()) {
            Object own = o.parameters().get(Parameters.BINARY_DATA);
            if (o.name().equals(output.name()) && own != null) {
                return Boolean.TRUE.equals(own);
            }
        }
        return Boolean.TRUE.equals(r.parameters().get(Parameters.BINARY_DATA_OUTPUT));
    }

    private static void json(Response response, Callback callback, Map<String, Object> body) {
        byte[] bytes;
        try {
            bytes = JSON.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        send(response, callback, 200, bytes);
    }

    private static void send(Response response, Callback callback, int status, byte[] body) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        response.write(true, ByteBuffer.wrap(body), callback);
    }

    private static void refuse(Response response, Callback callback, InferenceException why) {
        if (response.isCommitted()) {
            callback.failed(why);
            return;
        }
        Refusal r = why.refusal();
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        if (r.mayTryAgain()) {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, "1");
        }
        if (r == Refusal.SLOW || r == Refusal.TOO_LARGE) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        send(response, callback, r.http(), RestCodec.error(why.reason()));
    }
}
