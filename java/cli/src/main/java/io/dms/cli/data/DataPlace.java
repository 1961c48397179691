package io.dms.cli.data;

import io.dms.cli.machine.Folders;
import io.dms.model.UserException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a person means by {@code --data}: a folder, or the name of a data set that was fetched. */
public final class DataPlace {
    private DataPlace() {}

    /**
     * The folder that is meant. What is there under the name given comes first, so that a folder of one's own called
     * {@code cifar10} stays what it was.
     *
     * @param given as typed
     * @param beside the folder that a relative path counts from
     * @throws UserException if it is the name of a data set that nobody has fetched
     */
    public static Path of(Path given, Path beside) {
        return of(given, beside, Folders.data());
    }

    static Path of(Path given, Path beside, Path fetched) {
        Path place = beside.resolve(given);
        boolean named = DataSet.ALL.stream().anyMatch(d -> d.name().equals(given.toString()));
        if (Files.exists(place) || !named) {
            return place;
        }
        Path folder = fetched.resolve(given);
        if (!Files.isDirectory(folder)) {
            throw new UserException(
                    given + " is neither a folder here nor fetched: \"dms data get " + given + "\" fetches it");
        }
        return folder;
    }
}
