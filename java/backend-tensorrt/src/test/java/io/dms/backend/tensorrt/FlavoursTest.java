package io.dms.backend.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.testkit.ClassFile;
import io.dms.testkit.Flavours;
import io.dms.testkit.PresetCalls;
import io.dms.testkit.PresetJars;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * One source runs on the presets of every flavour. What is called directly is looked for in each flavour's class files,
 * with the very signature that javac bound to; what differs between generations is resolved as the program resolves it, in
 * a class loader of each flavour. No library is loaded.
 */
class FlavoursTest {
    /** TensorRT's presets, then what they stand on. */
    private static final Flavours FLAVOURS = new Flavours(Map.of(
            "8.0 on CUDA 10.2 (jetpack4)",
            List.of("tensorrt-8.0-1.5.6.jar", "cuda-10.2-8.2-1.5.6.jar", "javacpp-1.5.11.jar"),
            "8.0 on CUDA 11.4",
            List.of("tensorrt-8.0-1.5.6.jar", "cuda-11.4-8.2-1.5.6.jar", "javacpp-1.5.11.jar"),
            "8.4 on CUDA 11.4 (jetpack5)",
            List.of("tensorrt-8.4-1.5.8.jar", "cuda-11.4-8.2-1.5.6.jar", "javacpp-1.5.11.jar"),
            "10.6 on CUDA 12.6 (jetpack6)",
            List.of("tensorrt-10.6-1.5.11.jar", "cuda-12.6-9.5-1.5.11.jar", "javacpp-1.5.11.jar"),
            "10.15 on CUDA 13.1",
            List.of("tensorrt-10.15-1.5.13.jar", "cuda-13.1-9.19-1.5.13.jar", "javacpp-1.5.13.jar")));

    @TestFactory
    Stream<DynamicTest> everyFlavourHasWhatIsCalledDirectly() {
        return FLAVOURS.eachHas(f -> PresetCalls.ofModuleOf(Calls.class, Set.of()), 50);
    }

    @TestFactory
    Stream<DynamicTest> everyFlavourHasTheMethodsOfItsGenerationAndNotThoseOfTheOther() {
        return FLAVOURS.each((flavour, jars) -> {
            try (URLClassLoader loader = loader(jars)) {
                Calls calls = new Calls(loader);
                assertThat(new PresetCuda.Handles(calls)).isNotNull();
                boolean eight = jars.get(0).startsWith("tensorrt-8");
                if (eight) {
                    assertThat(new PresetNvInfer8.Handles(calls).destroy).hasSize(8);
                    assertThatThrownBy(() -> new PresetNvInfer10.Handles(calls)).isInstanceOf(LinkageError.class);
                } else {
                    assertThat(new PresetNvInfer10.Handles(calls).enqueueV3).isNotNull();
                    assertThatThrownBy(() -> new PresetNvInfer8.Handles(calls)).isInstanceOf(LinkageError.class);
                }
            }
        });
    }

    private static URLClassLoader loader(List<String> jars) throws IOException {
        URL[] urls = new URL[jars.size()];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = PresetJars.require(jars.get(i)).toUri().toURL();
        }
        return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    }

    /** The presets list a class's functions as its header does. */
    @Test
    void theDestructorOfAParserIsWhereItIsTakenToBe() throws IOException {
        for (String jar : List.of("tensorrt-10.6-1.5.11.jar", "tensorrt-10.15-1.5.13.jar")) {
            ClassFile parser = PresetJars.read(List.of(jar)).type("org/bytedeco/tensorrt/nvonnxparser/IParser");
            List<String> functions = parser.members().stream()
                    .map(m -> m.substring(0, m.indexOf('(')))
                    .filter(m -> !m.startsWith("<"))
                    .distinct()
                    .toList();
            assertThat(functions.subList(0, PresetNvInfer10.BEFORE_PARSERS + 1))
                    .endsWith("clearErrors", "getUsedVCPluginLibraries");
        }
    }

    @Test
    void aMethodThatIsNotThereIsNoticed() throws IOException {
        PresetJars there = PresetJars.read(List.of("tensorrt-8.0-1.5.6.jar"));
        String context = "org/bytedeco/tensorrt/nvinfer/IExecutionContext";
        assertThat(there.declares(context, "setDeviceMemory(Lorg/bytedeco/javacpp/Pointer;)V"))
                .isTrue();
        assertThat(there.declares(context, "enqueueV3(Lorg/bytedeco/cuda/cudart/CUstream_st;)Z"))
                .isFalse();
    }
}
