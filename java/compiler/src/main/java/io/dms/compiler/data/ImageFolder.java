package io.dms.compiler.data;

import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Image files (JPEG, PNG, BMP, GIF) in a folder: one sub-folder for each class, sorted by name, or a flat folder
 * without labels. An image is scaled until its shorter side fits (bilinear, by halves where it shrinks much) and
 * cropped around its centre. Files are read anew at each call; nothing is kept.
 */
public final class ImageFolder implements LabelledImages {
    private final Path folder;
    private final List<Path> files;
    private final int[] labels;
    private final List<String> classNames;
    private final int width;
    private final int height;

    private ImageFolder(Path folder, List<Path> files, int[] labels, List<String> classNames, int width, int height) {
        this.folder = folder;
        this.files = files;
        this.labels = labels;
        this.classNames = classNames;
        this.width = width;
        this.height = height;
    }

    /**
     * Lists a folder; images themselves are read later.
     *
     * @param width width of the images given out
     * @param height height of the images given out
     * @throws UserException if the folder holds no image
     */
    public static ImageFolder open(Path folder, int width, int height) {
        if (width < 1 || height < 1) {
            throw new UserException("the image size must be positive: " + width + "x" + height);
        }
        List<Path> files = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (Path sub : list(folder)) {
            if (Files.isDirectory(sub)) {
                List<Path> images =
                        list(sub).stream().filter(ImageFolder::isImage).toList();
                if (!images.isEmpty()) {
                    images.forEach(f -> labels.add(names.size()));
                    names.add(Objects.toString(sub.getFileName()));
                    files.addAll(images);
                }
            }
        }
        if (files.isEmpty()) {
            list(folder).stream().filter(ImageFolder::isImage).forEach(files::add);
        }
        if (files.isEmpty()) {
            throw new UserException("no JPEG, PNG, BMP or GIF image in " + folder + " nor in folders in it");
        }
        int[] of = labels.stream().mapToInt(Integer::intValue).toArray();
        return new ImageFolder(folder, List.copyOf(files), of, List.copyOf(names), width, height);
    }

    static boolean holdsImages(Path folder) {
        return list(folder).stream()
                .anyMatch(f ->
                        isImage(f) || (Files.isDirectory(f) && list(f).stream().anyMatch(ImageFolder::isImage)));
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> s = Files.list(folder)) {
            return s.sorted(Comparator.comparing(p -> Objects.toString(p.getFileName())))
                    .toList();
        } catch (IOException e) {
            throw new EnvironmentException("can't list folder " + folder + ": " + e.getMessage(), e);
        }
    }

    private static boolean isImage(Path file) {
        String name = Objects.toString(file.getFileName()).toLowerCase(Locale.ROOT);
        return Stream.of(".jpg", ".jpeg", ".png", ".bmp", ".gif").anyMatch(name::endsWith) && Files.isRegularFile(file);
    }

    @Override
    public String describe() {
        return "images in " + folder;
    }

    @Override
    public int size() {
        return files.size();
    }

    @Override
    public int classes() {
        return classNames.size();
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public int label(int i) {
        Objects.checkIndex(i, files.size());
        return labels.length == 0 ? -1 : labels[i];
    }

    @Override
    public void rgb(int i, byte[] out) {
        Path file = files.get(i);
        BufferedImage image;
        try {
            image = ImageIO.read(file.toFile());
        } catch (IOException | RuntimeException e) { // its readers let runtime exceptions out on damaged files
            throw new UserException("can't read image " + file + ": " + e.getMessage() + "; replace or remove it", e);
        }
        if (image == null) {
            throw new UserException("can't read image " + file + ": not a JPEG, PNG, BMP or GIF; replace or remove it");
        }
        int[] pixels = cropped(image).getRGB(0, 0, width, height, null, 0, width);
        int plane = width * height;
        for (int p = 0; p < plane; p++) {
            out[p] = (byte) (pixels[p] >> 16);
            out[plane + p] = (byte) (pixels[p] >> 8);
            out[2 * plane + p] = (byte) pixels[p];
        }
    }

    private BufferedImage cropped(BufferedImage image) {
        double scale = Math.max((double) width / image.getWidth(), (double) height / image.getHeight());
        BufferedImage from = image;
        double done = 1;
        while (scale < done / 2) {
            from = drawn(from, (from.getWidth() + 1) / 2, (from.getHeight() + 1) / 2);
            done /= 2;
        }
        int w = Math.max(width, (int) Math.round(image.getWidth() * scale));
        int h = Math.max(height, (int) Math.round(image.getHeight() * scale));
        BufferedImage scaled = drawn(from, w, h);
        return scaled.getSubimage((w - width) / 2, (h - height) / 2, width, height);
    }

    private static BufferedImage drawn(BufferedImage from, int w, int h) {
        BufferedImage out = new BufferedImage(w, h, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = out.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        g.drawImage(from, 0, 0, w, h, null);
        g.dispose();
        return out;
    }
}
