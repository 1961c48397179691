package io.dms.select.feature;

import io.dms.model.Preprocessing;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The 29 features of an image that the published selector chooses from (Taylor, Marco, Wolff, Elkhatib and Wang, Adaptive
 * deep learning model selection on embedded systems, LCTES 2018, table 1): cheap to compute, and no network has to run.
 * What the paper leaves open is settled here and in {@code docs/image-features.md}, which has each formula.
 *
 * <p>Nothing about the image is known beforehand, so the main object is found from the image itself ({@link MainObject}).
 * One object serves images of one size, allocates nothing per image, and is not thread-safe.
 */
public final class ImageFeatures {
    private static final int BRIGHTNESS = 1;
    private static final int EDGES = 6;
    private static final int OBJECT = EDGES + 2 * Edges.BINS;
    private static final int HUES = OBJECT + 2;

    /** What each feature is called, in the order in which they are written. */
    public static final List<String> NAMES = names();

    private final WorkImage image;
    private final Edges edges;
    private final Corners corners;
    private final MainObject object;
    private final Hues hues = new Hues();

    /**
     * @param width pixels of a row, at least 8
     * @param height rows, at least 8
     * @throws io.dms.model.UserException if the image is too small, or some 12 times longer one way than the other
     */
    public ImageFeatures(int width, int height) {
        image = new WorkImage(width, height);
        edges = new Edges(image);
        corners = new Corners(image);
        object = new MainObject(image);
    }

    private static List<String> names() {
        List<String> out = new ArrayList<>(List.of(
                "n_keypoints",
                "avg_brightness",
                "brightness_rms",
                "avg_perceived_brightness",
                "perceived_brightness_rms",
                "contrast"));
        numbered("edge_length", Edges.BINS, out);
        numbered("edge_angle", Edges.BINS, out);
        out.addAll(List.of("area_by_perim", "aspect_ratio"));
        numbered("hue", Hues.BINS, out);
        return List.copyOf(out);
    }

    private static void numbered(String name, int count, List<String> out) {
        for (int k = 1; k <= count; k++) {
            out.add(name + k);
        }
    }

    /**
     * Computes all features.
     *
     * @param rgb planes R, G, B, each row-major from the top
     * @param out written from index 0, in the order of {@link #NAMES}
     */
    public void compute(byte[] rgb, float[] out) {
        image.load(rgb);
        write(out);
    }

    /**
     * Computes all features of what a network reads.
     *
     * @param tensor float32 [3, height, width] from index 0
     * @param preprocessing how bytes became its numbers; undone here
     * @param out written from index 0, in the order of {@link #NAMES}
     */
    public void compute(FloatBuffer tensor, Preprocessing preprocessing, float[] out) {
        image.load(tensor, preprocessing);
        write(out);
    }

    private void write(float[] out) {
        out[0] = corners.count(image);
        Brightness.write(image, out, BRIGHTNESS);
        edges.write(image, out, EDGES);
        object.write(image, out, OBJECT);
        hues.write(image, out, HUES);
    }
}
