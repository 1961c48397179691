package io.dms.robotics.source;

import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import io.dms.runtime.ImageTensor;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** The image files (JPEG, PNG, BMP, GIF) of a folder and the folders in it, by path, decoded as they are wanted. */
final class FolderFeed implements ImageFeed {
    private final Path folder;
    private final List<Path> files;
    private final ImageTensor tensor;
    private final SourceOptions options;
    private int next;
    private volatile boolean closed;

    FolderFeed(Path folder, SourceOptions options) {
        this.folder = folder;
        this.options = options;
        if (!Files.isDirectory(folder)) {
            throw new UserException("there is no folder " + folder + ": check the name");
        }
        try (Stream<Path> all = Files.walk(folder, 8)) {
            files = all.filter(FolderFeed::isImage).sorted().toList();
        } catch (IOException | UncheckedIOException e) { // the latter of a folder below that may not be read
            throw new EnvironmentException("can't list folder " + folder + ": " + e.getMessage(), e);
        }
        if (files.isEmpty()) {
            throw new UserException("no JPEG, PNG, BMP or GIF image in " + folder + " nor in folders in it");
        }
        tensor = new ImageTensor(
                options.height(),
                options.width(),
                ImageTensor.Order.BGR,
                ImageTensor.Fit.STRETCH,
                options.preprocessing());
    }

    private static boolean isImage(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return Stream.of(".jpg", ".jpeg", ".png", ".bmp", ".gif").anyMatch(name::endsWith) && Files.isRegularFile(file);
    }

    @Override
    public String describe() {
        return "folder " + folder + " (" + files.size() + (files.size() == 1 ? " image)" : " images)");
    }

    @Override
    public boolean read(FloatBuffer out) {
        for (int place = 0; place < options.batch(); place++) {
            if (next == files.size()) {
                if (!options.endless() && (place == 0 || files.size() < options.batch())) {
                    return false;
                }
                next = 0;
            }
            if (closed) {
                return false;
            }
            decode(files.get(next++), out, place);
        }
        return true;
    }

    private void decode(Path file, FloatBuffer out, int place) {
        BufferedImage image;
        try {
            image = ImageIO.read(file.toFile());
        } catch (IOException | RuntimeException e) { // its readers let runtime exceptions out on damaged files
            throw new UserException("can't read image " + file + ": " + e.getMessage() + "; replace or remove it", e);
        }
        if (image == null) {
            throw new UserException("can't read image " + file + ": not a JPEG, PNG, BMP or GIF; replace or remove it");
        }
        BufferedImage bgr = image;
        if (image.getType() != BufferedImage.TYPE_3BYTE_BGR) {
            bgr = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_3BYTE_BGR);
            Graphics2D g = bgr.createGraphics();
            g.drawImage(image, 0, 0, null);
            g.dispose();
        }
        byte[] bytes = ((DataBufferByte) bgr.getRaster().getDataBuffer()).getData();
        tensor.put(ByteBuffer.wrap(bytes), bgr.getHeight(), bgr.getWidth(), 3 * bgr.getWidth(), out, place);
    }

    @Override
    public void close() {
        closed = true;
    }
}
