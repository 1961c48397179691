package io.dms.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fetched data set is called by its name. */
class DataPlaceTest {
    private static final Path NAME = Path.of("cifar10");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private Path fetched = Path.of("");
    private Path here = Path.of("");

    @BeforeEach
    void folders() throws IOException {
        fetched = Files.createDirectory(folder.resolve("fetched"));
        here = Files.createDirectory(folder.resolve("here"));
    }

    @Test
    void aNameIsTheFolderThatWasFetched() throws IOException {
        Path set = Files.createDirectory(fetched.resolve(NAME));
        assertThat(DataPlace.of(NAME, here, fetched)).isEqualTo(set);
    }

    @Test
    void aFolderHereComesFirst() throws IOException {
        Files.createDirectory(fetched.resolve(NAME));
        Path own = Files.createDirectory(here.resolve(NAME));
        assertThat(DataPlace.of(NAME, here, fetched)).isEqualTo(own);
    }

    @Test
    void aNameThatNobodyFetchedIsToldWithItsCure() {
        assertThatThrownBy(() -> DataPlace.of(NAME, here, fetched))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("dms data get cifar10");
    }

    @Test
    void anythingElseIsAPath() {
        Path other = Path.of("images");
        assertThat(DataPlace.of(other, here, fetched)).isEqualTo(here.resolve(other));
    }
}
