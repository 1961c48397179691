package io.dms.compiler;

import io.dms.model.Graph;
import io.dms.model.InputFile;
import io.dms.model.ScalableModelFile;
import io.dms.model.UserException;
import io.dms.model.onnx.ImportOptions;
import io.dms.model.onnx.ImportedModel;
import io.dms.model.onnx.OnnxImporter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * A network as it was imported.
 *
 * @param graph canonical
 * @param file name of its file, without folders
 * @param sha256 digest of its file in hexadecimal, empty where there is no file
 * @param foreignNodes names of nodes whose operators are not understood
 */
public record SourceNetwork(Graph graph, String file, String sha256, List<String> foreignNodes) {
    /**
     * Imports an ONNX file.
     *
     * @throws UserException if there is no such file, or it is damaged, not supported, or a scalable model already
     */
    public static SourceNetwork read(Path file, ImportOptions options) {
        ImportedModel model = OnnxImporter.read(file, options);
        if (ScalableModelFile.isScalable(model)) {
            throw new UserException(file + " is a scalable model already: compile the network that it was made of");
        }
        return new SourceNetwork(
                model.graph(), Objects.toString(file.getFileName()), sha256(file), model.foreignNodes());
    }

    private static String sha256(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw InputFile.unreadable(file, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
