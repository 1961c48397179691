package io.dms.serve;

import io.dms.model.InputFile;
import io.dms.model.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A secret that requests bring. Only its digest is kept for comparison, which takes the same time however much of a guess
 * is right. Immutable; never printed.
 */
public final class AccessToken {
    private static final int SHORTEST = 16;
    private static final String SCHEME = "Bearer ";
    private static final Set<PosixFilePermission> PRIVATE =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final String value;
    private final byte[] digest;

    private AccessToken(String value) {
        this.value = value;
        this.digest = digest(value);
    }

    /**
     * A token.
     *
     * @throws UserException if it is shorter than 16 characters, or has others than those of a header
     */
    public static AccessToken of(String value) {
        if (value.length() < SHORTEST || !value.matches("[!-~]+")) {
            throw new UserException("an access token needs at least " + SHORTEST + " printable characters without"
                    + " blanks: make one with \"openssl rand -hex 32\"");
        }
        return new AccessToken(value);
    }

    /**
     * Reads a token from the only line of a file that nobody but its owner may touch.
     *
     * @throws UserException if there is no such file, others may read or write it, or it holds no token
     */
    public static AccessToken read(Path file) {
        try {
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")
                    && !PRIVATE.containsAll(Files.getPosixFilePermissions(file))) {
                throw new UserException("the token file " + file
                        + " may be used by others than its owner: run \"chmod 600 " + file + "\"");
            }
            return of(Files.readString(file, StandardCharsets.US_ASCII).strip());
        } catch (NoSuchFileException e) {
            throw new UserException(
                    "there is no token file " + file + ": make one with \"openssl rand -hex 32 > " + file
                            + " && chmod 600 " + file + "\"",
                    e);
        } catch (IOException e) {
            throw InputFile.unreadable(file, e);
        }
    }

    /** What a client writes into the header {@code Authorization}. */
    public String header() {
        return SCHEME + value;
    }

    /** Whether a header {@code Authorization} brings this token. */
    boolean admits(@Nullable String header) {
        boolean form = header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        String given =
                form && header != null ? header.substring(SCHEME.length()).strip() : "";
        return MessageDigest.isEqual(digest, digest(given)); // nothing is no token: they have 16 characters
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return "AccessToken[hidden]";
    }
}
