package io.dms.select.feature;

import io.dms.model.Preprocessing;
import io.dms.runtime.LatencyRecorder;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Prints the time of the image features by image size, of bytes and of a network's input. An argument names a folder of
 * photos, which are scaled to each size; without one, pictures are made up.
 */
final class FeatureTimes {
    private static final int CALLS = 3_000;

    private FeatureTimes() {}

    public static void main(String[] args) throws IOException {
        for (int side : new int[] {32, 96, 224, 448}) {
            List<byte[]> pictures = args.length == 0 ? madeUp(side) : photos(Path.of(args[0]), side);
            ImageFeatures features = new ImageFeatures(side, side);
            float[] out = new float[ImageFeatures.NAMES.size()];
            List<FloatBuffer> tensors =
                    pictures.stream().map(FeatureTimes::tensor).toList();
            int n = pictures.size();
            print(side, n + " pictures, bytes ", i -> features.compute(pictures.get(i % n), out));
            print(
                    side,
                    n + " pictures, tensor",
                    i -> features.compute(tensors.get(i % n), Preprocessing.IMAGENET, out));
        }
    }

    private static void print(int side, String what, IntConsumer call) {
        LatencyRecorder times = new LatencyRecorder();
        for (int i = 0; i < 2 * CALLS; i++) {
            long start = System.nanoTime();
            call.accept(i);
            if (i >= CALLS) {
                times.record(System.nanoTime() - start);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%3d x %3d, %s: p50 %.3f ms, p90 %.3f ms, p99 %.3f ms%n",
                side,
                side,
                what,
                times.percentileMillis(50),
                times.percentileMillis(90),
                times.percentileMillis(99));
    }

    private static List<byte[]> madeUp(int side) {
        return Stream.iterate(1, seed -> seed + 1)
                .limit(20)
                .map(seed -> Picture.of(side, side, seed))
                .toList();
    }

    private static List<byte[]> photos(Path folder, int side) throws IOException {
        List<byte[]> out = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(f -> f.toString().matches(".*\\.(jpe?g|png)"))
                    .sorted()
                    .toList()) {
                BufferedImage read = ImageIO.read(file.toFile());
                BufferedImage scaled = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
                Graphics2D g = scaled.createGraphics();
                g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
                g.drawImage(read, 0, 0, side, side, null);
                g.dispose();
                byte[] planes = new byte[3 * side * side];
                for (int i = 0; i < planes.length; i++) {
                    int p = i % (side * side);
                    planes[i] = (byte) (scaled.getRGB(p % side, p / side) >> (16 - 8 * (i / (side * side))));
                }
                out.add(planes);
            }
        }
        return out;
    }

    private static FloatBuffer tensor(byte[] rgb) {
        Preprocessing p = Preprocessing.IMAGENET;
        FloatBuffer out = ByteBuffer.allocateDirect(rgb.length * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        for (int i = 0; i < rgb.length; i++) {
            int c = i / (rgb.length / 3);
            out.put(i, ((rgb[i] & 0xff) / 255f - p.mean()[c]) / p.std()[c]);
        }
        return out;
    }
}
