package io.dms.serve.client;

import io.dms.model.EnvironmentException;
import io.dms.serve.AccessToken;
import io.dms.serve.TlsFiles;
import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.Parameters;
import io.dms.serve.protocol.Refusal;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.KeyManager;
import org.eclipse.jetty.client.ByteBufferRequestContent;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Calls over HTTP/1.1 that end within their time, on Jetty's client: the JDK's own takes about twice the processor time for
 * an image, and its compilers never come to rest. Thread-safe.
 */
final class HttpCaller implements AutoCloseable {
    /** What a socket takes at a time: a larger heap buffer would be copied anew for each part that it takes. */
    static final int PIECE = 64 << 10;

    private static final int CONNECTIONS = 1024;

    private final ClientOptions options;
    private final String address;
    private final HttpClient http;

    /** @throws EnvironmentException if the client can't start */
    HttpCaller(ClientOptions options) {
        this.options = options;
        this.address = options.address().toString().replaceFirst("/+$", "");
        ClientConnector connector = new ClientConnector();
        connector.setSelectors(1);
        SslContextFactory.Client tls = new SslContextFactory.Client();
        Path trust = options.trust();
        if (options.tls() && trust != null) {
            tls.setSslContext(TlsFiles.context(new KeyManager[0], TlsFiles.trust(trust)));
        }
        connector.setSslContextFactory(tls);
        this.http = new HttpClient(new HttpClientTransportOverHTTP(connector));
        QueuedThreadPool threads = new QueuedThreadPool(16, 1);
        threads.setName("dms-http");
        threads.setDaemon(true);
        http.setExecutor(threads);
        http.setScheduler(new ScheduledExecutorScheduler("dms-http-timer", true));
        http.setFollowRedirects(false);
        http.setHttpCookieStore(new HttpCookieStore.Empty());
        http.setMaxConnectionsPerDestination(CONNECTIONS);
        http.setUserAgentField(null);
        try {
            http.start();
        } catch (Exception e) {
            throw new EnvironmentException("the HTTP client can't start: " + e.getMessage(), e);
        }
        http.getContentDecoderFactories().clear();
        http.getProtocolHandlers().clear();
    }

    /**
     * One call.
     *
     * @param parts of the body, one behind the other; none for a GET
     * @param jsonLength bytes of JSON where others follow, or null
     * @param nanos within which it ends
     * @throws InferenceException if there is no answer in time, or it is too large
     */
    ContentResponse call(String path, List<ByteBuffer> parts, @Nullable Integer jsonLength, long nanos) {
        long until = System.nanoTime() + nanos;
        Request request = http.newRequest(URI.create(address + path));
        request.headers(h -> {
            AccessToken token = options.token();
            if (token != null) {
                h.put(HttpHeader.AUTHORIZATION, token.header());
            }
            if (jsonLength != null) {
                h.put(Parameters.HEADER_LENGTH, jsonLength.toString());
            }
        });
        if (!parts.isEmpty()) {
            String type = jsonLength == null ? "application/json" : "application/octet-stream";
            request.method(HttpMethod.POST).body(new ByteBufferRequestContent(type, pieces(parts)));
        }
        CompletableFuture<ContentResponse> answer = new CompletableResponseListener(request, options.maxBytes()).send();
        try {
            return answer.get(Math.max(1, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            abort(request, e);
            throw new InferenceException(Refusal.LATE, "no answer within the deadline", e);
        } catch (InterruptedException e) {
            abort(request, e);
            Thread.currentThread().interrupt();
            throw new InferenceException(Refusal.LATE, "interrupted while waiting for the answer", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof IllegalArgumentException) { // what the listener says of a body over its limit
                throw new InferenceException(
                        Refusal.INTERNAL, "the server's answer has more than " + options.maxBytes() + " bytes", e);
            }
            throw new InferenceException(Refusal.UNAVAILABLE, "the server can't be reached or was lost: " + cause, e);
        }
    }

    /** Gives a call and its connection up, on another thread: whoever has no time left shall not wait for that. */
    private void abort(Request request, Exception why) {
        http.getExecutor().execute(() -> {
            var unused = request.abort(why);
        });
    }

    /** The same bytes in views of at most {@link #PIECE}. */
    static List<ByteBuffer> pieces(List<ByteBuffer> parts) {
        List<ByteBuffer> out = new ArrayList<>();
        for (ByteBuffer part : parts) {
            for (int at = part.position(); at < part.limit(); at += PIECE) {
                out.add(part.slice(at, Math.min(PIECE, part.limit() - at)));
            }
        }
        return out;
    }

    /** Ends all connections. Idempotent. */
    @Override
    public void close() {
        try {
            http.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP client does not stop: " + e.getMessage(), e);
        }
    }
}
