package io.dms.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallTest {
    @TempDir
    Path parent;

    private HttpServer server;
    private byte[] served = new byte[0];
    private boolean ranges = true;
    private int status = 200;
    private final List<String> asked = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/set.tar.gz", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        asked.add(String.valueOf(range));
        int from = range != null && ranges ? Integer.parseInt(range.replaceAll("\\D", "")) : 0;
        if (from > 0) {
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes " + from + "-" + (served.length - 1) + "/" + served.length);
        }
        byte[] body = status == 200 ? Arrays.copyOfRange(served, from, served.length) : new byte[0];
        exchange.sendResponseHeaders(from > 0 ? 206 : status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static byte[] archive(Map<String, String> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GzipCompressorOutputStream(bytes))) {
            for (Map.Entry<String, String> e : files.entrySet()) {
                byte[] content = e.getValue().getBytes(StandardCharsets.UTF_8);
                TarArchiveEntry entry = new TarArchiveEntry(e.getKey(), true);
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static String noise() {
        StringBuilder text = new StringBuilder();
        new Random(7).ints(200_000, 'a', 'z').forEach(c -> text.append((char) c));
        return text.toString();
    }

    private DataSet set(byte[] content) throws Exception {
        served = content;
        String md5 = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
        URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/set.tar.gz");
        return new DataSet("tiny", "Tiny", address, content.length, md5, List.of("a.bin", "b.bin"));
    }

    private static Fetcher fetcher() {
        return new Fetcher(n -> {}, () -> false);
    }

    private List<String> left() throws IOException {
        try (Stream<Path> files = Files.list(parent)) {
            return files.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aWholeArchiveIsUnpackedAndNothingElseIsLeft() throws Exception {
        DataSet set = set(archive(Map.of("x/a.bin", "1", "x/b.bin", "2", "x/readme.html", "3")));
        assertThat(new Install(set, parent.resolve("out")).run(fetcher())).isTrue();
        assertThat(parent.resolve("out/a.bin")).hasContent("1");
        assertThat(parent.resolve("out/b.bin")).hasContent("2");
        assertThat(parent.resolve("out/readme.html")).doesNotExist();
        assertThat(left()).containsExactly("out");
        assertThat(new Install(set, parent.resolve("out")).isComplete()).isTrue();
    }

    @Test
    void anAttemptThatBrokeOffGoesOnWhereItStopped() throws Exception {
        DataSet set = set(archive(Map.of("a.bin", noise(), "b.bin", "2")));
        Files.write(parent.resolve(".tiny.tar.gz.part"), Arrays.copyOf(served, 1000));
        assertThat(new Install(set, parent.resolve("out")).run(fetcher())).isTrue();
        assertThat(asked).containsExactly("bytes=1000-");
        assertThat(parent.resolve("out/a.bin")).hasContent(noise());
    }

    @Test
    void aServerWithoutRangesMakesItStartAfresh() throws Exception {
        ranges = false;
        DataSet set = set(archive(Map.of("a.bin", noise(), "b.bin", "2")));
        Files.write(parent.resolve(".tiny.tar.gz.part"), new byte[1000]);
        assertThat(new Install(set, parent.resolve("out")).run(fetcher())).isTrue();
        assertThat(parent.resolve("out/a.bin")).hasContent(noise());
    }

    @Test
    void aCancelledAttemptKeepsWhatArrived() throws Exception {
        DataSet set = set(archive(Map.of("a.bin", noise(), "b.bin", "2")));
        boolean[] stop = new boolean[1];
        Fetcher fetcher = new Fetcher(n -> stop[0] = true, () -> stop[0]);
        assertThat(new Install(set, parent.resolve("out")).run(fetcher)).isFalse();
        assertThat(left()).containsExactly(".tiny.tar.gz.part");
        assertThat(Files.size(parent.resolve(".tiny.tar.gz.part"))).isPositive();
    }

    @Test
    void anotherFileThanThePublishedOneIsRefusedAndDeleted() throws Exception {
        DataSet set = set(archive(Map.of("a.bin", "1", "b.bin", "2")));
        served = served.clone();
        served[served.length / 2] ^= 1;
        assertThatThrownBy(() -> new Install(set, parent.resolve("out")).run(fetcher()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("MD5");
        assertThat(left()).isEmpty();
    }

    @Test
    void aFileThatNeverEndsDoesNotFillTheDisk() throws Exception {
        DataSet small = set(archive(Map.of("a.bin", "1", "b.bin", "2")));
        served = new byte[10_000_000];
        assertThatThrownBy(() -> new Install(small, parent.resolve("out")).run(fetcher()))
                .isInstanceOf(UserException.class)
                .hasMessageMatching("(?s).*: \\d{1,6} bytes with MD5.*");
        assertThat(left()).isEmpty();
    }

    @Test
    void pathsInTheArchiveAreNeverFollowed() throws Exception {
        DataSet set = set(archive(Map.of("../../a.bin", "1", "/tmp/b.bin", "2")));
        assertThat(new Install(set, parent.resolve("deep/er/out")).run(fetcher()))
                .isTrue();
        assertThat(parent.resolve("deep/er/out/a.bin")).hasContent("1");
        assertThat(parent.resolve("deep/er/out/b.bin")).hasContent("2");
        assertThat(left()).containsExactly("deep");
    }

    @Test
    void anArchiveThatLacksAFileLeavesNoHalfFolder() throws Exception {
        DataSet set = set(archive(Map.of("a.bin", "1")));
        assertThatThrownBy(() -> new Install(set, parent.resolve("out")).run(fetcher()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("b.bin");
        assertThat(left()).isEmpty();
    }

    @Test
    void aServerThatRefusesIsNamedWithItsStatus() throws Exception {
        DataSet set = set(archive(Map.of("a.bin", "1", "b.bin", "2")));
        status = 503;
        assertThatThrownBy(() -> new Install(set, parent.resolve("out")).run(fetcher()))
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("503");
    }

    @Test
    void theProxyOfTheEnvironmentServesHttpsAlone() {
        EnvironmentProxy proxy =
                new EnvironmentProxy(name -> name.equals("https_proxy") ? "http://proxy.example:8080/" : null);
        assertThat(proxy.select(URI.create("https://a.example/x")))
                .extracting(p -> String.valueOf(p.address()))
                .singleElement()
                .asString()
                .contains("proxy.example")
                .contains("8080");
        assertThat(proxy.select(URI.create("http://a.example/x")))
                .allSatisfy(p -> assertThat(String.valueOf(p)).doesNotContain("proxy.example"));
        EnvironmentProxy none = new EnvironmentProxy(name -> name.equals("HTTPS_PROXY") ? "::nonsense" : null);
        assertThat(none.select(URI.create("https://a.example/x")))
                .allSatisfy(p -> assertThat(String.valueOf(p)).doesNotContain("nonsense"));
    }
}
