package io.dms.backend.cudnn.bridge;

/**
 * What a camera's image looks like and how it becomes a tensor: each value times a factor plus an offset.
 *
 * @param pixels one of {@link #RGB} to {@link #YUYV}
 * @param colours how Y, U, V become R, G, B: {@link #BT601_LIMITED} to {@link #BT709_FULL}
 * @param rowBytes from one row to the next
 * @param chromaRowBytes the same of the plane of UV pairs
 * @param fit {@link #STRETCH} or {@link #LETTERBOX}
 * @param factorR 1 / (255 * deviation) of red
 * @param offsetR -mean / deviation of red
 */
public record Frame(
        int pixels,
        int colours,
        int height,
        int width,
        int rowBytes,
        int chromaRowBytes,
        int fit,
        float factorR,
        float factorG,
        float factorB,
        float offsetR,
        float offsetG,
        float offsetB) {
    /** Pixels of images. */
    public static final int RGB = 0, BGR = 1, RGBA = 2, BGRA = 3, NV12 = 4, YUYV = 5;

    /** How Y, U, V become R, G, B. */
    public static final int BT601_LIMITED = 0, BT601_FULL = 1, BT709_LIMITED = 2, BT709_FULL = 3;

    /** How an image fits a tensor of another aspect ratio. */
    public static final int STRETCH = 0, LETTERBOX = 1;
}
