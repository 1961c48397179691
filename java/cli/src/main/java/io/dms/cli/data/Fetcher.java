package io.dms.cli.data;

import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * Fetches one file over HTTP: goes on where an earlier attempt stopped, starts afresh where the server can't, and gives
 * the file its name only once size and digest are right. One thread at a time.
 */
public final class Fetcher {
    private static final int BUFFER = 1 << 16;

    private final HttpClient client = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(Duration.ofSeconds(20))
            .proxy(new EnvironmentProxy(System::getenv))
            .build();
    private final LongConsumer progress;
    private final BooleanSupplier cancelled;

    /**
     * @param progress told how many bytes are there
     * @param cancelled asked now and then; what arrived so far stays for a later attempt
     */
    public Fetcher(LongConsumer progress, BooleanSupplier cancelled) {
        this.progress = progress;
        this.cancelled = cancelled;
    }

    /**
     * Fetches a data set's archive.
     *
     * @param partial where bytes are gathered; kept on failure, and gone once the archive is whole
     * @return false where it was cancelled
     * @throws EnvironmentException if the server can't be reached, refuses, or the disk is full
     * @throws UserException if what arrived is not what the authors published
     */
    public boolean fetch(DataSet set, Path partial, Path archive) {
        try {
            long there = Files.exists(partial) ? Files.size(partial) : 0;
            if (there > set.bytes()) {
                Files.delete(partial);
                there = 0;
            }
            if (there < set.bytes() && !receive(set, partial, there)) {
                return false;
            }
            String digest = md5(partial);
            if (Files.size(partial) != set.bytes() || !digest.equals(set.md5())) {
                long size = Files.size(partial);
                Files.delete(partial);
                throw new UserException("what " + set.address() + " sent is not " + set.title() + ": " + size
                        + " bytes with MD5 " + digest + " instead of " + set.bytes() + " with " + set.md5()
                        + "; it was deleted, try again later");
            }
            Files.move(partial, archive);
            return true;
        } catch (ConnectException | HttpConnectTimeoutException | UnresolvedAddressException e) {
            throw offline(set.address(), e);
        } catch (IOException e) {
            if (e.getCause() instanceof UnresolvedAddressException) {
                throw offline(set.address(), e);
            }
            throw new EnvironmentException(
                    "fetching " + set.address() + " broke off (" + reason(e) + "); run the command again to go on", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static EnvironmentException offline(URI address, Exception e) {
        return new EnvironmentException(
                "can't reach " + address + ": is this machine online? Or fetch that file on another machine, unpack it,"
                        + " and give its folder as --data",
                e);
    }

    private boolean receive(DataSet set, Path partial, long there) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(set.address())
                .timeout(Duration.ofSeconds(60))
                .GET();
        if (there > 0) {
            request.header("Range", "bytes=" + there + "-");
        }
        HttpResponse<InputStream> response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
            boolean resumed = response.statusCode() == 206
                    && response.headers().firstValue("Content-Range").orElse("").startsWith("bytes " + there + "-");
            if (response.statusCode() != 200 && !resumed) {
                throw new EnvironmentException(
                        set.address() + " answered with HTTP status " + response.statusCode() + "; try again later");
            }
            return copy(in, partial, resumed ? there : 0, set.bytes());
        }
    }

    /** Writes from {@code offset} on; stops behind {@code limit} bytes, so that a wrong file can't fill the disk. */
    private boolean copy(InputStream in, Path partial, long offset, long limit) throws IOException {
        byte[] buffer = new byte[BUFFER];
        try (FileChannel out = FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            out.truncate(offset);
            out.position(offset);
            long size = offset;
            for (int n = in.read(buffer); n >= 0 && size <= limit; n = in.read(buffer)) {
                if (cancelled.getAsBoolean()) {
                    return false;
                }
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n);
                while (bytes.hasRemaining()) {
                    size += out.write(bytes);
                }
                progress.accept(size);
            }
            out.force(true);
            return true;
        }
    }

    private static String md5(Path file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }

    private static String reason(IOException e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}
