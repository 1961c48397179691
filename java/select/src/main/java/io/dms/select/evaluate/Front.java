package io.dms.select.evaluate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A curve of accuracy over mean time, of points between which inputs may be mixed at random: rising, and without dents.
 *
 * @param points by time
 */
public record Front(List<Point> points) {
    /** Mean time of one input, and share of right answers. */
    public record Point(double millis, double accuracy) {}

    /** Copies the list. */
    public Front {
        points = List.copyOf(points);
    }

    /** The best mixes of some points: their upper convex hull, up to the most accurate one. */
    public static Front of(List<Point> points) {
        List<Point> sorted = new ArrayList<>(points);
        sorted.sort(Comparator.comparingDouble(Point::millis).thenComparing(p -> -p.accuracy()));
        List<Point> hull = new ArrayList<>();
        for (Point p : sorted) {
            if (!hull.isEmpty() && p.accuracy() <= hull.get(hull.size() - 1).accuracy()) {
                continue;
            }
            while (hull.size() > 1 && !above(hull.get(hull.size() - 2), hull.get(hull.size() - 1), p)) {
                hull.remove(hull.size() - 1);
            }
            hull.add(p);
        }
        return new Front(hull);
    }

    private static boolean above(Point a, Point b, Point c) {
        return (b.accuracy() - a.accuracy()) * (c.millis() - a.millis())
                > (c.accuracy() - a.accuracy()) * (b.millis() - a.millis());
    }

    /** Accuracy at a mean time; NaN below the fastest point, the last accuracy behind the slowest. */
    public double accuracy(double millis) {
        if (points.isEmpty() || millis < points.get(0).millis()) {
            return Double.NaN;
        }
        for (int i = 1; i < points.size(); i++) {
            Point b = points.get(i);
            if (millis <= b.millis()) {
                Point a = points.get(i - 1);
                return a.accuracy() + (b.accuracy() - a.accuracy()) * (millis - a.millis()) / (b.millis() - a.millis());
            }
        }
        return points.get(points.size() - 1).accuracy();
    }

    /** Least mean time for an accuracy; NaN where it is not reached. */
    public double millis(double accuracy) {
        if (points.isEmpty() || accuracy > points.get(points.size() - 1).accuracy()) {
            return Double.NaN;
        }
        if (accuracy <= points.get(0).accuracy()) {
            return points.get(0).millis();
        }
        int i = 1;
        while (points.get(i).accuracy() < accuracy) {
            i++;
        }
        Point a = points.get(i - 1);
        Point b = points.get(i);
        return a.millis() + (b.millis() - a.millis()) * (accuracy - a.accuracy()) / (b.accuracy() - a.accuracy());
    }
}
