package io.dms.model.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.dms.model.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Weights that a model keeps in files beside it. Such a file must lie in the model's folder or below it, also after
 * links are followed: a model that is only read must not reach other files. Not thread-safe.
 */
final class ExternalData {
    private static final String REMEDY = "; keep the weights beside the model, or save it with its weights inside";

    private final @Nullable Path folder;
    private final Map<Path, ByteBuffer> mapped = new HashMap<>();

    /** @param folder the model's folder, or null where the model did not come from a file */
    ExternalData(@Nullable Path folder) {
        this.folder = folder;
    }

    /**
     * The bytes of one tensor, mapped read-only.
     *
     * @param what for messages
     * @param want how many bytes type and shape ask for
     */
    ByteBuffer bytes(TensorProto p, String what, long want) {
        String location = "";
        long offset = 0;
        long length = want;
        for (StringStringEntryProto e : p.getExternalDataList()) {
            switch (e.getKey()) {
                case "location" -> location = e.getValue();
                case "offset" -> offset = number(e, what);
                case "length" -> length = number(e, what);
                default -> {}
            }
        }
        if (length != want) {
            throw new ModelException(
                    what + " needs " + want + " bytes but its external data have " + length + ": the file is damaged");
        }
        Path file = resolve(location, what);
        try {
            long size = Files.size(file);
            if (offset > size - length) {
                throw new ModelException(what + " lies at bytes " + offset + " to " + (offset + length) + " of "
                        + Text.clean(location) + ", which has only " + size + ": the file is truncated");
            }
            if (length == 0) {
                return ByteBuffer.allocate(0);
            }
            if (size > Integer.MAX_VALUE) {
                return map(file, offset, length);
            }
            ByteBuffer whole = mapped.get(file);
            if (whole == null) {
                whole = map(file, 0, size);
                mapped.put(file, whole);
            }
            return whole.slice((int) offset, (int) length);
        } catch (IOException e) {
            throw new ModelException(what + ": external data file " + Text.clean(location) + " cannot be read", e);
        }
    }

    private static ByteBuffer map(Path file, long offset, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, offset, length);
        }
    }

    private Path resolve(String location, String what) {
        String where = what + ": external data file " + Text.clean(location);
        if (folder == null) {
            throw new ModelException(where + " cannot be found, because the model was not read from a file" + REMEDY);
        }
        if (location.isEmpty()) {
            throw new ModelException(what + " has external data without a location: the file is damaged");
        }
        try {
            Path home = folder.toRealPath();
            Path relative = Path.of(location);
            Path plain = home.resolve(relative).normalize();
            if (relative.isAbsolute() || !plain.startsWith(home)) {
                throw new ModelException(where + " lies outside the model's folder" + REMEDY);
            }
            if (!Files.exists(plain)) {
                throw new ModelException(where + " does not exist in the model's folder" + REMEDY);
            }
            Path real = plain.toRealPath();
            if (!real.startsWith(home)) {
                throw new ModelException(where + " is a link to a file outside the model's folder" + REMEDY);
            }
            if (!Files.isRegularFile(real)) {
                throw new ModelException(where + " is not a file" + REMEDY);
            }
            return real;
        } catch (InvalidPathException e) {
            throw new ModelException(where + " is not a file name on this machine" + REMEDY, e);
        } catch (IOException e) {
            throw new ModelException(where + " cannot be read" + REMEDY, e);
        }
    }

    private static long number(StringStringEntryProto e, String what) {
        String v = e.getValue();
        if (!v.matches("[0-9]{1,18}")) {
            throw new ModelException(
                    what + " has external data with " + e.getKey() + " " + Text.clean(v) + ", not a number of bytes");
        }
        return Long.parseLong(v);
    }
}
