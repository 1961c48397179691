"""Makes ../resources/io/dms/select/feature/expected.csv: the image features of made-up images as OpenCV, SciPy and
Python's colorsys see them. Needs numpy, scipy, opencv-python-headless. Run in this folder: python3 image_features.py"""

import colorsys
import csv
import math

import cv2
import numpy as np
from scipy import ndimage


def picture(width, height, seed):
    """Ramps, rectangles, discs and noise from a linear congruential generator; the Java test draws the same."""
    state = seed

    def draw(n):
        nonlocal state
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        return (state >> 8) % n

    a = np.zeros((3, height, width), np.int64)
    ramp = [draw(200) for _ in range(3)]
    for c in range(3):
        for y in range(height):
            for x in range(width):
                a[c, y, x] = ramp[c] + (x + 2 * y) * 40 // (width + height)
    for _ in range(2 + draw(5)):
        disc = draw(2)
        cx, cy, rx, ry = draw(width), draw(height), 2 + draw(width // 3), 2 + draw(height // 3)
        colour = [draw(256) for _ in range(3)]
        for y in range(height):
            for x in range(width):
                dx, dy = abs(x - cx), abs(y - cy)
                inside = dx * dx * ry * ry + dy * dy * rx * rx <= rx * rx * ry * ry if disc else dx <= rx and dy <= ry
                if inside:
                    a[:, y, x] = colour
    noise = 1 + draw(40)
    for c in range(3):
        for y in range(height):
            for x in range(width):
                a[c, y, x] = min(255, max(0, a[c, y, x] + draw(noise) - noise // 2))
    return a.astype(np.uint8)


def features(planes):
    longest = max(planes.shape[1:])
    factor = (longest + 95) // 96
    if factor > 1:
        h, w = planes.shape[1] // factor, planes.shape[2] // factor
        blocks = planes[:, : h * factor, : w * factor].reshape(3, h, factor, w, factor)
        planes = np.floor(blocks.mean(axis=(2, 4)) + 0.5).astype(np.uint8)
    r, g, b = (p.astype(np.int64) for p in planes)
    height, width = r.shape
    grey = ((19595 * r + 38470 * g + 7471 * b + 32768) >> 16).astype(np.uint8)
    corners = cv2.FastFeatureDetector_create(20, True, cv2.FastFeatureDetector_TYPE_9_16).detect(grey)
    luma = grey.astype(np.float64)
    perceived = lambda f: math.sqrt(0.241 * f(r) ** 2 + 0.691 * f(g) ** 2 + 0.068 * f(b) ** 2)
    out = [
        len(corners),
        luma.mean(),
        math.sqrt((luma**2).mean()),
        perceived(np.mean),
        perceived(lambda p: math.sqrt((p.astype(float) ** 2).mean())),
        luma.std(),
    ]
    edge = cv2.Canny(grey, 100, 200)
    sizes = cv2.connectedComponentsWithStats(edge, connectivity=8)[2][1:, cv2.CC_STAT_AREA]
    out += list(np.histogram(sizes, [1, 4, 8, 16, 32, 64, 128, 10**9])[0])
    gx = cv2.Sobel(grey, cv2.CV_64F, 1, 0, borderType=cv2.BORDER_REPLICATE)
    gy = cv2.Sobel(grey, cv2.CV_64F, 0, 1, borderType=cv2.BORDER_REPLICATE)
    angle = np.arctan2(gy, gx)[edge > 0] % math.pi
    counts = np.histogram(angle, 7, (0, math.pi))[0]
    out += list(counts / max(1, counts.sum()))
    border = [(np.concatenate([p[0], p[-1], p[1:-1, 0], p[1:-1, -1]])) for p in (r, g, b)]
    mean = [int(np.floor(p.mean() + 0.5)) for p in border]
    salience = ((abs(r - mean[0]) + abs(g - mean[1]) + abs(b - mean[2])) // 3).astype(np.uint8)
    mask = cv2.threshold(salience, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1] > 0
    label, n = ndimage.label(mask)
    main = label == 1 + np.argmax(ndimage.sum_labels(mask, label, range(1, n + 1)))
    padded = np.pad(main, 1).astype(int)
    perimeter = abs(np.diff(padded, axis=0)).sum() + abs(np.diff(padded, axis=1)).sum()
    ys, xs = ndimage.find_objects(main.astype(int))[0]
    out += [main.sum() / perimeter, (xs.stop - xs.start) / (ys.stop - ys.start)]
    hues = np.zeros(7)
    for red, green, blue in zip(r.ravel(), g.ravel(), b.ravel()):
        h, s, _ = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
        if s > 0:
            hues[int(min(6, math.floor(7 * h + 1e-12)))] += 1
    return out + list(hues / (width * height))


if __name__ == "__main__":
    with open("../resources/io/dms/select/feature/expected.csv", "w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        for width, height in [(32, 32), (57, 40), (96, 80), (128, 96), (224, 224), (401, 300)]:
            for seed in range(1, 7):
                values = features(picture(width, height, seed))
                rows.writerow([width, height, seed] + [repr(round(float(v), 6)) for v in values])
