package io.dms.select.feature;

/** Brightness and contrast of an image: five numbers from one pass. */
final class Brightness {
    private Brightness() {}

    /** Writes {@code avg_brightness} and the four behind it. */
    static void write(WorkImage image, float[] out, int at) {
        int n = image.red.length;
        long r = 0;
        long g = 0;
        long b = 0;
        long l = 0;
        long rr = 0;
        long gg = 0;
        long bb = 0;
        long ll = 0;
        for (int y = 0; y < image.height; y++) {
            int row = y * image.width;
            int greyRow = (y + 1) * image.stride + 1;
            int sumR = 0;
            int sumG = 0;
            int sumB = 0;
            int sumL = 0;
            int sumRr = 0;
            int sumGg = 0;
            int sumBb = 0;
            int sumLl = 0;
            for (int x = 0; x < image.width; x++) {
                int red = image.red[row + x];
                int green = image.green[row + x];
                int blue = image.blue[row + x];
                int grey = image.grey[greyRow + x];
                sumR += red;
                sumG += green;
                sumB += blue;
                sumL += grey;
                sumRr += red * red;
                sumGg += green * green;
                sumBb += blue * blue;
                sumLl += grey * grey;
            }
            r += sumR;
            g += sumG;
            b += sumB;
            l += sumL;
            rr += sumRr;
            gg += sumGg;
            bb += sumBb;
            ll += sumLl;
        }
        double mean = (double) l / n;
        double square = (double) ll / n;
        out[at] = (float) mean;
        out[at + 1] = (float) Math.sqrt(square);
        out[at + 2] = perceived((double) r * r / n / n, (double) g * g / n / n, (double) b * b / n / n);
        out[at + 3] = perceived((double) rr / n, (double) gg / n, (double) bb / n);
        out[at + 4] = (float) Math.sqrt(Math.max(0, square - mean * mean));
    }

    private static float perceived(double redSquare, double greenSquare, double blueSquare) {
        return (float) Math.sqrt(0.241 * redSquare + 0.691 * greenSquare + 0.068 * blueSquare);
    }
}
