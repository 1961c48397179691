package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlgorithmCacheTest {
    private static final Algorithm SOME = new Algorithm(1, 3, 4096, true, 12.5f);

    @TempDir
    Path folder;

    @Test
    void whatWasSearchedIsThereInTheNextProcess() {
        AlgorithmCache cache = new AlgorithmCache(folder, "Orin sm87 cudnn90300");
        cache.put("conv", new AlgorithmCache.Entry(SOME, true));
        cache.put("other", new AlgorithmCache.Entry(SOME, null));
        cache.save();
        AlgorithmCache again = new AlgorithmCache(folder, "Orin sm87 cudnn90300");
        assertThat(again.get("conv")).isEqualTo(new AlgorithmCache.Entry(SOME, true));
        assertThat(again.get("other")).isEqualTo(new AlgorithmCache.Entry(SOME, null));
        assertThat(again.get("third")).isNull();
    }

    @Test
    void anAlgorithmThatIsForgottenIsGoneInTheNextProcessToo() {
        AlgorithmCache cache = new AlgorithmCache(folder, "d");
        cache.put("wrong", new AlgorithmCache.Entry(SOME, true));
        cache.put("right", new AlgorithmCache.Entry(SOME, true));
        cache.save();
        cache.remove("wrong");
        assertThat(cache.get("wrong")).isNull();
        cache.save();
        AlgorithmCache again = new AlgorithmCache(folder, "d");
        assertThat(again.get("wrong")).isNull();
        assertThat(again.get("right")).isNotNull();
    }

    @Test
    void plansAreThereInTheNextProcess() {
        Way way = new Way(62, List.of(new Way.Knob(14, 3), new Way.Knob(2, 1L << 40)));
        AlgorithmCache cache = new AlgorithmCache(folder, "d");
        cache.put("fused", new AlgorithmCache.Plan(way, 1));
        cache.put("slower", new AlgorithmCache.Plan(null, 0));
        cache.put("gone", new AlgorithmCache.Plan(way, 0));
        cache.removePlan("gone");
        cache.save();
        AlgorithmCache again = new AlgorithmCache(folder, "d");
        assertThat(again.plan("fused")).isEqualTo(new AlgorithmCache.Plan(way, 1));
        assertThat(again.plan("slower")).isEqualTo(new AlgorithmCache.Plan(null, 0));
        assertThat(again.plan("gone")).isNull();
    }

    @Test
    void aProductsAlgorithmIsThereInTheNextProcessToTheLastBit() {
        MatmulWay way = new MatmulWay(List.of(1L, -1L, Long.MIN_VALUE, Long.MAX_VALUE, 0L, 0xabcdefL, -2L, 1L << 33));
        AlgorithmCache cache = new AlgorithmCache(folder, "d");
        cache.put("product", new AlgorithmCache.Plan(way, 1));
        cache.save();
        assertThat(new AlgorithmCache(folder, "d").plan("product")).isEqualTo(new AlgorithmCache.Plan(way, 1));
    }

    @Test
    void noDigitOfAProductsAlgorithmCanBeAnother() {
        String text = new MatmulWay(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L)).text();
        assertThat(MatmulWay.of(text)).isNotNull();
        for (int i = 0; i < text.length(); i++) {
            char other = text.charAt(i) == '7' ? '6' : '7';
            assertThat(MatmulWay.of(text.substring(0, i) + other + text.substring(i + 1)))
                    .as("digit %d", i)
                    .isNull();
        }
        assertThat(MatmulWay.of(text.substring(1))).isNull();
        assertThat(MatmulWay.of(text.replace('0', 'x'))).isNull();
    }

    @Test
    void anotherLibraryVersionStartsAnew() {
        AlgorithmCache cache = new AlgorithmCache(folder, "Orin sm87 cudnn90300");
        cache.put("conv", new AlgorithmCache.Entry(SOME, true));
        cache.save();
        assertThat(new AlgorithmCache(folder, "Orin sm87 cudnn90500").get("conv"))
                .isNull();
    }

    @Test
    void aDeviceWhoseFileHasTheSameNameStartsAnew() {
        AlgorithmCache cache = new AlgorithmCache(folder, "Orin sm87");
        cache.put("conv", new AlgorithmCache.Entry(SOME, true));
        cache.save();
        AlgorithmCache other = new AlgorithmCache(folder, "Orin/sm87");
        assertThat(other.file()).isEqualTo(cache.file());
        assertThat(other.get("conv")).isNull();
    }

    @Test
    void anAlgorithmThatSumsInAnyOrderIsNotTakenForOneThatDoesNot() {
        for (boolean deterministic : new boolean[] {true, false}) {
            AlgorithmCache cache = new AlgorithmCache(folder, "d");
            Algorithm kept = new Algorithm(SOME.id(), SOME.math(), SOME.workspace(), deterministic, SOME.micros());
            cache.put("conv", new AlgorithmCache.Entry(kept, null));
            cache.save();
            assertThat(new AlgorithmCache(folder, "d").get("conv")).isEqualTo(new AlgorithmCache.Entry(kept, null));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{\"schema\":3}",
                "{\"schema\":2,\"device\":\"d\",\"convolutions\":{\"conv\":{\"algorithm\":1,\"math\":0,\"workspace\":1}}}",
                "{\"schema\":3,\"device\":\"d\",\"convolutions\":{},\"plans\":{\"f\":{\"engine\":\"one\"}}}",
                "{\"schema\":3,\"device\":\"d\",\"convolutions\":{},\"plans\":{\"f\":{\"engine\":1,\"offer\":0}}}",
                "{\"schema\":3,\"device\":\"d\",\"plans\":{\"f\":{\"engine\":1,\"offer\":0,\"knobs\":[[1]]}}}",
                "{\"schema\":3,\"device\":\"d\",\"plans\":{\"f\":{\"matmul\":\"00\",\"offer\":0}}}",
                "{\"schema\":99,\"device\":\"d\",\"convolutions\":{\"conv\":{\"algorithm\":1,\"math\":0,\"workspace\":1}}}",
                "{\"schema\":3,\"device\":\"d\",\"convolutions\":{\"conv\":{\"algorithm\":\"one\"}}}",
                "{\"schema\":3,\"device\":\"d\",\"convolutions\":{\"conv\":{\"algorithm\":1,\"math\":0,\"workspace\":-1}}}"
            })
    void aCorruptFileIsIgnoredAndWrittenAnew(String content) throws IOException {
        AlgorithmCache first = new AlgorithmCache(folder, "d");
        Files.writeString(first.file(), content);
        AlgorithmCache cache = new AlgorithmCache(folder, "d");
        assertThat(cache.get("conv")).isNull();
        assertThat(cache.plan("f")).isNull();
        cache.put("conv", new AlgorithmCache.Entry(SOME, false));
        cache.save();
        assertThat(new AlgorithmCache(folder, "d").get("conv")).isEqualTo(new AlgorithmCache.Entry(SOME, false));
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void aFolderThatCannotBeWrittenStopsNothing() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        AlgorithmCache cache = new AlgorithmCache(file, "d");
        cache.put("conv", new AlgorithmCache.Entry(SOME, null));
        cache.save();
        assertThat(cache.get("conv")).isNotNull();
    }

    @Test
    void aFileThatCannotBeReplacedLeavesNothingBesideIt() throws IOException {
        AlgorithmCache cache = new AlgorithmCache(folder, "d");
        Files.createDirectories(cache.file().resolve("full"));
        cache.put("conv", new AlgorithmCache.Entry(SOME, null));
        cache.save();
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(cache.file());
        }
    }

    @Test
    void onlyAnAbsolutePathNamesAnotherFolder() {
        Path own = AlgorithmCache.folder(null);
        assertThat(own).startsWith(Path.of(System.getProperty("user.home")));
        assertThat(AlgorithmCache.folder(" ")).isEqualTo(own);
        assertThat(AlgorithmCache.folder("caches")).isEqualTo(own);
        assertThat(AlgorithmCache.folder(folder.toString())).isEqualTo(folder.resolve("dms/cudnn"));
    }
}
