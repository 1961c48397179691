package io.dms.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Small files that a person names, and one answer to each way in which they can't be read. */
public final class InputFile {
    private InputFile() {}

    /**
     * All bytes of a file.
     *
     * @param missing what to say where there is no such file
     * @throws UserException if there is none, or it is a folder
     * @throws EnvironmentException if it can't be read
     */
    public static byte[] bytes(Path file, String missing) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new UserException(missing, e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** What to throw where reading a file failed: a folder and missing rights have their own cures. */
    public static DmsException unreadable(Path file, IOException e) {
        if (Files.isDirectory(file)) {
            return new UserException(file + " is a folder: name a file", e);
        }
        return new EnvironmentException(
                "can't read " + file + ": "
                        + (e instanceof AccessDeniedException
                                ? "permission denied; change its rights"
                                : AtomicFile.reason(e)),
                e);
    }

    /**
     * Reads JSON.
     *
     * @param name for messages
     * @throws UserException if there is nothing in it, or no JSON
     */
    public static JsonNode json(ObjectMapper mapper, byte[] bytes, String name) {
        try {
            JsonNode root = mapper.readTree(bytes);
            if (root == null || root.isMissingNode()) {
                throw new UserException(name + ": the file is empty");
            }
            return root;
        } catch (JsonProcessingException e) {
            throw new UserException(name + " is no JSON" + JsonWords.line(e) + ": " + JsonWords.brief(e), e);
        } catch (IOException e) {
            throw new UserException(name + " is no JSON: " + e.getMessage(), e);
        }
    }
}
