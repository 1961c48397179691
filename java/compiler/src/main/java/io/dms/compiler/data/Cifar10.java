package io.dms.compiler.data;

import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import io.dms.runtime.BundledModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * CIFAR-10 in its binary layout (Krizhevsky 2009): records of 1 label byte and 3,072 bytes, planes R, G, B of 32 x 32.
 * Kept in memory, about 30 MB a file.
 */
public final class Cifar10 implements LabelledImages {
    /** Class names in the order of the labels. */
    public static final List<String> CLASSES = BundledModels.CIFAR10_CLASSES;

    private static final String TEST = "test_batch.bin";
    private static final int TRAIN_FILES = 5;
    private static final int SIDE = 32;
    private static final int PIXELS = 3 * SIDE * SIDE;
    private static final int RECORD = 1 + PIXELS;

    private final String description;
    private final List<byte[]> batches;
    private final int[] firstOf;
    private final int size;

    private Cifar10(String description, List<byte[]> batches) {
        this.description = description;
        this.batches = batches;
        this.firstOf = new int[batches.size() + 1];
        for (int b = 0; b < batches.size(); b++) {
            firstOf[b + 1] = firstOf[b] + batches.get(b).length / RECORD;
        }
        this.size = firstOf[batches.size()];
    }

    /**
     * The 10,000 test images.
     *
     * @param folder holds {@code test_batch.bin}
     * @throws UserException if the file is missing or damaged
     */
    public static Cifar10 test(Path folder) {
        return of("CIFAR-10 test set", List.of(folder.resolve(TEST)));
    }

    /**
     * The training images, {@code data_batch_1.bin} to {@code data_batch_5.bin}.
     *
     * @throws UserException if one is missing or damaged: training on a part of the set would look like a worse recipe
     */
    public static Cifar10 train(Path folder) {
        List<Path> files = trainFiles(folder);
        if (files.isEmpty()) {
            throw new UserException("no data_batch_1.bin to data_batch_5.bin of CIFAR-10 in " + folder
                    + ": unpack the binary version of the training set there");
        }
        if (files.size() < TRAIN_FILES) {
            List<String> missing = IntStream.rangeClosed(1, TRAIN_FILES)
                    .mapToObj(Cifar10::trainFile)
                    .filter(name -> !files.contains(folder.resolve(name)))
                    .toList();
            throw new UserException("CIFAR-10's training set in " + folder + " lacks " + String.join(", ", missing)
                    + ": unpack the whole set there, or name a single file to use that one alone");
        }
        return of("CIFAR-10 training set", files);
    }

    static boolean hasTrain(Path folder) {
        return !trainFiles(folder).isEmpty();
    }

    static boolean hasTest(Path folder) {
        return Files.isRegularFile(folder.resolve(TEST));
    }

    private static String trainFile(int number) {
        return "data_batch_" + number + ".bin";
    }

    private static List<Path> trainFiles(Path folder) {
        List<Path> files = new ArrayList<>();
        for (int b = 1; b <= TRAIN_FILES; b++) {
            Path file = folder.resolve(trainFile(b));
            if (Files.isRegularFile(file)) {
                files.add(file);
            }
        }
        return files;
    }

    /**
     * Any files of this layout, one behind the other.
     *
     * @throws UserException if a file is missing or damaged
     */
    public static Cifar10 of(String name, List<Path> files) {
        List<byte[]> batches = files.stream().map(Cifar10::read).toList();
        String which = files.size() == 1 ? Objects.toString(files.get(0).getFileName()) : files.size() + " files";
        return new Cifar10(name + " (" + which + ")", batches);
    }

    private static byte[] read(Path file) {
        byte[] bytes;
        try {
            long length = Files.size(file);
            if (length == 0 || length % RECORD != 0 || length > Integer.MAX_VALUE - 8) {
                throw new UserException(file + " is not a CIFAR-10 batch: its " + length
                        + " bytes are not whole records" + " of " + RECORD + " bytes; fetch the binary version again");
            }
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new UserException("there is no file " + file + ": unpack the binary version of CIFAR-10 there", e);
        } catch (IOException e) {
            throw new EnvironmentException("can't read " + file + ": " + e.getMessage(), e);
        }
        for (int at = 0; at < bytes.length; at += RECORD) {
            if ((bytes[at] & 0xff) >= CLASSES.size()) {
                throw new UserException(file + " is not a CIFAR-10 batch: record " + at / RECORD + " has label "
                        + (bytes[at] & 0xff) + ", allowed are 0 to 9; fetch the binary version again");
            }
        }
        return bytes;
    }

    @Override
    public String describe() {
        return description;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int classes() {
        return CLASSES.size();
    }

    @Override
    public List<String> classNames() {
        return CLASSES;
    }

    @Override
    public int width() {
        return SIDE;
    }

    @Override
    public int height() {
        return SIDE;
    }

    @Override
    public int label(int i) {
        int b = batch(i);
        return batches.get(b)[(i - firstOf[b]) * RECORD];
    }

    @Override
    public void rgb(int i, byte[] out) {
        int b = batch(i);
        System.arraycopy(batches.get(b), (i - firstOf[b]) * RECORD + 1, out, 0, PIXELS);
    }

    private int batch(int i) {
        Objects.checkIndex(i, size);
        int b = 0;
        while (i >= firstOf[b + 1]) {
            b++;
        }
        return b;
    }
}
