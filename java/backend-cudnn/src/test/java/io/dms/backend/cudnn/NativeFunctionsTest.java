package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class NativeFunctionsTest {
    @Test
    void theListHoldsExactlyTheNativeFunctionsThatAreCalled() throws Exception {
        Set<String> called = new TreeSet<>();
        URI classes = CudnnBackend.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI();
        for (JavaClass c : new ClassFileImporter().importPath(Path.of(classes))) {
            for (JavaMethodCall call : c.getMethodCallsFromSelf()) {
                String owner = call.getTargetOwner().getFullName();
                if (owner.startsWith("org.bytedeco.cuda.") && declares(owner, call)) {
                    called.add(owner + " " + call.getTarget().getRawReturnType().getFullName() + " "
                            + call.getTarget().getName() + "(" + parameters(call) + ")");
                }
            }
        }
        Set<String> neverCalled = new TreeSet<>(listed());
        neverCalled.removeAll(called);
        assertThat(neverCalled).as("listed and never called").isEmpty();
        called.removeAll(listed());
        assertThat(called).as("called and not listed").isEmpty();
    }

    private static String parameters(JavaMethodCall call) {
        return call.getTarget().getRawParameterTypes().stream()
                .map(JavaClass::getFullName)
                .collect(Collectors.joining(","));
    }

    /** False for what a class of the presets inherits from JavaCPP. */
    private static boolean declares(String owner, JavaMethodCall call) throws ClassNotFoundException {
        Class<?> type = Class.forName(owner, false, NativeFunctionsTest.class.getClassLoader());
        return Arrays.stream(type.getDeclaredMethods())
                .map(Method::getName)
                .anyMatch(call.getTarget().getName()::equals);
    }

    static Set<String> listed() throws IOException {
        try (InputStream in = Objects.requireNonNull(
                        CudnnBackend.class.getResourceAsStream("native-functions.txt"), "native-functions.txt");
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return lines.lines().filter(l -> !l.startsWith("#")).collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
