package io.dms.compiler.data;

import io.dms.model.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Finds out what kind of data set lies in a folder. */
public final class Datasets {
    /** Which part of a data set is meant, where it has parts. */
    public enum Part {
        /** For calibration and training. */
        TRAIN,
        /** For measuring accuracy. */
        TEST
    }

    private Datasets() {}

    /**
     * Opens a data set: CIFAR-10 in its binary layout, a folder of class folders with {@code train} and {@code val} (or
     * {@code test}) in it or without such parts, or a flat folder of images. Where the part asked for is missing, the
     * other one is given.
     *
     * @param place a folder, or one file of CIFAR-10's layout
     * @param width width of the images given out; CIFAR-10 has 32
     * @param height height of the images given out; CIFAR-10 has 32
     * @throws UserException if there is no such thing, or the images have another size than asked for
     */
    public static LabelledImages open(Path place, Part part, int width, int height) {
        if (Files.isRegularFile(place)) {
            return sized(Cifar10.of("CIFAR-10", List.of(place)), width, height);
        }
        if (!Files.isDirectory(place)) {
            throw new UserException("there is no folder " + place + ": give the folder of a data set");
        }
        for (Path folder : List.of(place, place.resolve("cifar-10-batches-bin"), place.resolve("cifar10"))) {
            if (Cifar10.hasTest(folder) || Cifar10.hasTrain(folder)) {
                boolean test = part == Part.TEST ? Cifar10.hasTest(folder) : !Cifar10.hasTrain(folder);
                return sized(test ? Cifar10.test(folder) : Cifar10.train(folder), width, height);
            }
        }
        for (String name : part == Part.TRAIN ? List.of("train", "val", "test") : List.of("val", "test", "train")) {
            Path folder = place.resolve(name);
            if (Files.isDirectory(folder) && ImageFolder.holdsImages(folder)) {
                return ImageFolder.open(folder, width, height);
            }
        }
        if (ImageFolder.holdsImages(place)) {
            return ImageFolder.open(place, width, height);
        }
        throw new UserException("no data set known in " + place + ": expected CIFAR-10's binary files (test_batch.bin,"
                + " data_batch_1.bin to data_batch_5.bin), one folder of images for each class, or a folder of images");
    }

    private static LabelledImages sized(LabelledImages images, int width, int height) {
        if (images.width() != width || images.height() != height) {
            throw new UserException(images.describe() + " has images of " + images.width() + "x" + images.height()
                    + " but the model wants " + width + "x" + height);
        }
        return images;
    }
}
