package io.dms.cli.data;

import io.dms.model.UserException;
import java.net.URI;
import java.util.List;

/**
 * A public data set as its authors publish it.
 *
 * @param name what a person types
 * @param title what it is called
 * @param address the authors' own address of one {@code .tar.gz}
 * @param bytes size of that file
 * @param md5 its digest as the authors give it, in hexadecimal
 * @param files the files that it must hold once it is unpacked
 */
public record DataSet(String name, String title, URI address, long bytes, String md5, List<String> files) {
    /** CIFAR-10: 60,000 colour images of 32 by 32, ten classes (Krizhevsky 2009). */
    public static final DataSet CIFAR10 = new DataSet(
            "cifar10",
            "CIFAR-10, binary version",
            URI.create("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"),
            170_052_171,
            "c32a1d4ab5d03f1284b67883e8d87530",
            List.of(
                    "data_batch_1.bin",
                    "data_batch_2.bin",
                    "data_batch_3.bin",
                    "data_batch_4.bin",
                    "data_batch_5.bin",
                    "test_batch.bin",
                    "batches.meta.txt"));

    /** All data sets. */
    public static final List<DataSet> ALL = List.of(CIFAR10);

    /**
     * A data set by name.
     *
     * @throws UserException if there is none of that name
     */
    public static DataSet named(String name) {
        return ALL.stream().filter(d -> d.name.equals(name)).findFirst().orElseThrow(() -> {
            String known = String.join(", ", ALL.stream().map(DataSet::name).toList());
            return new UserException("there is no data set \"" + name + "\"; there is: " + known);
        });
    }

    /** The same under another address, for a mirror. */
    public DataSet at(URI other) {
        return new DataSet(name, title, other, bytes, md5, files);
    }
}
