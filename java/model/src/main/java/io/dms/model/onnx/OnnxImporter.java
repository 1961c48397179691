package io.dms.model.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.dms.model.ModelException;
import io.dms.model.Shape;
import io.dms.model.UserException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads ONNX files (opset 7 to 21) into canonical graphs; see {@link io.dms.model.Graph}.
 *
 * <p>What exporters leave to run time is resolved: constants are folded, shape arithmetic is evaluated with an open
 * batch, defaults are made explicit, no-ops are removed, and the ResNet shortcut without parameters (He et al., "Deep
 * Residual Learning for Image Recognition", 2015, section 3.3, option A) becomes a strided 1x1 convolution. The batch is
 * left open where the network allows it, also where the file fixes it at 1.
 *
 * <p>Weights stay in the file, which is mapped read-only; it must not change while the model is in use. Thread-safe.
 */
public final class OnnxImporter {
    private OnnxImporter() {}

    /** As {@link #read(Path, ImportOptions)}, with the shapes as the file has them. */
    public static ImportedModel read(Path file) {
        return read(file, ImportOptions.DEFAULT);
    }

    /**
     * Reads a model file.
     *
     * @throws UserException if there is no such file, or an option does not fit the model
     * @throws ModelException if the file is damaged, foreign or not supported
     */
    public static ImportedModel read(Path file, ImportOptions options) {
        Path parent = file.toAbsolutePath().getParent();
        return read(map(file), file.toString(), options, parent);
    }

    /**
     * Reads a model from memory; external data cannot be read then.
     *
     * @param bytes position to limit hold the file; not copied, must not change as long as the model is in use
     * @param nameForMessages what to call it in messages
     * @throws UserException if an option does not fit the model
     * @throws ModelException if the model is damaged, foreign or not supported
     */
    public static ImportedModel read(ByteBuffer bytes, String nameForMessages, ImportOptions options) {
        return read(bytes, nameForMessages, options, null);
    }

    private static ImportedModel read(ByteBuffer bytes, String name, ImportOptions options, @Nullable Path folder) {
        try {
            return read(bytes, options, folder);
        } catch (ModelException e) {
            throw new ModelException(Text.clean(name) + ": " + Text.line(e), e);
        } catch (UserException e) {
            throw new UserException(Text.clean(name) + ": " + Text.line(e), e);
        }
    }

    private static ByteBuffer map(Path file) {
        String name = Text.clean(file.toString());
        if (Files.isDirectory(file)) {
            throw new UserException(name + " is a folder: name the model file in it");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new ModelException(
                        name + ": larger than 2 GiB, which ONNX does not allow: save its weights as external data");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        } catch (NoSuchFileException e) {
            throw new UserException(name + ": no such file", e);
        } catch (IOException e) {
            throw new UserException(name + " cannot be read: " + Text.clean(String.valueOf(e.getMessage())), e);
        }
    }

    private static ImportedModel read(ByteBuffer bytes, ImportOptions options, @Nullable Path folder) {
        SourceModel source = new SourceModel(parse(bytes));
        TensorReader reader = new TensorReader(new ExternalData(folder));
        long elements = bytes.remaining() / 4L;
        DeclaredShapes declared = new DeclaredShapes(source, options, Shape.BATCH);
        if (!declared.hasBatch()) {
            return new Canonicalizer(source, reader, declared, elements).run();
        }
        ModelException failure;
        @Nullable ImportedModel open = null;
        try {
            Canonicalizer withBatch = new Canonicalizer(source, reader, declared, elements);
            open = withBatch.run();
            if (open.foreignNodes().isEmpty() || !withBatch.foreignMayMixBatch()) {
                return open;
            }
            failure = new ModelException("the batch cannot be left open");
        } catch (ModelException e) {
            failure = e;
        }
        try {
            DeclaredShapes one = new DeclaredShapes(source, options, 1);
            ImportedModel single = new Canonicalizer(source, reader, one, elements).run();
            boolean keepOpen =
                    declared.fileBatchOpen() && !single.foreignNodes().isEmpty();
            return open != null && keepOpen ? open : single;
        } catch (ModelException e) {
            if (open != null) {
                return open;
            }
            throw declared.fileBatchOpen() ? failure : e;
        }
    }

    private static ModelProto parse(ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            throw new ModelException("the file is empty");
        }
        String hint = hint(bytes);
        try {
            CodedInputStream in = UnsafeByteOperations.unsafeWrap(bytes.slice()).newCodedInput();
            in.enableAliasing(true);
            ModelProto model = ModelProto.parseFrom(in);
            if (!model.hasGraph() && !hint.isEmpty()) {
                throw new ModelException("this is not an ONNX model" + hint);
            }
            return model;
        } catch (InvalidProtocolBufferException e) {
            throw new ModelException(
                    hint.isEmpty()
                            ? "this is not an ONNX model, or it is truncated or damaged: fetch or export it again"
                            : "this is not an ONNX model" + hint,
                    e);
        } catch (IOException e) {
            throw new ModelException("the file cannot be read", e);
        }
    }

    /** What a foreign file probably is, by how it starts. */
    private static String hint(ByteBuffer bytes) {
        byte[] start = new byte[Math.min(64, bytes.remaining())];
        bytes.duplicate().get(start);
        String s = new String(start, StandardCharsets.ISO_8859_1).stripLeading();
        if (s.startsWith("PK\u0003\u0004")) {
            return " but a zip archive (a PyTorch checkpoint?): export the network to ONNX";
        }
        if (s.startsWith("<")) {
            return " but a web page: download the file itself";
        }
        if (s.startsWith("version https://git-lfs")) {
            return " but a Git LFS pointer: fetch the file with git lfs pull";
        }
        if (s.startsWith("{")) {
            return " but JSON text: name the .onnx file";
        }
        return Arrays.equals(start, 0, Math.min(2, start.length), new byte[] {0x1f, (byte) 0x8b}, 0, 2)
                ? " but a gzip archive: unpack it first"
                : "";
    }
}
