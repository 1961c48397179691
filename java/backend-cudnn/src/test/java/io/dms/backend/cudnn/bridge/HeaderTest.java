package io.dms.backend.cudnn.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.annotation.Name;
import org.junit.jupiter.api.Test;

/** The header and what Java says of it are the same. */
class HeaderTest {
    private static String header() throws Exception {
        String text = Files.readString(Path.of("../../native/include/dms_bridge.h"));
        return text.replaceAll("(?s)/\\*.*?\\*/", "");
    }

    @Test
    void every_function_has_the_same_arguments_in_java() throws Exception {
        Map<String, String> wanted = new TreeMap<>();
        Matcher m =
                Pattern.compile("DMS_API\\s+([^;{]+?)(dms_\\w+)\\(([^;]*?)\\);").matcher(header());
        while (m.find()) {
            List<String> types = new ArrayList<>();
            for (String argument : m.group(3).split(",", -1)) {
                if (!argument.equals("void")) {
                    types.add(type(argument.trim().replaceAll("\\w+$", "")));
                }
            }
            wanted.put(m.group(2), type(m.group(1)) + types);
        }
        wanted.remove("dms_host_record");
        Map<String, String> found = new TreeMap<>();
        for (Method method : NativeCalls.class.getDeclaredMethods()) {
            if (Modifier.isNative(method.getModifiers())) {
                List<String> types = Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .toList();
                String result = method.getReturnType().getSimpleName();
                found.put(method.getAnnotation(Name.class).value()[0], result + types);
            }
        }
        assertThat(found).isEqualTo(wanted).hasSizeGreaterThan(25);
    }

    private static String type(String c) {
        String t = c.trim();
        return t.equals("const char *")
                ? "String"
                : t.contains("*") || t.equals("int64_t") ? "long" : t.equals("int32_t") ? "int" : t;
    }

    @Test
    void every_constant_has_the_same_value_in_java() throws Exception {
        Map<String, Integer> wanted = new TreeMap<>();
        Matcher m = Pattern.compile("\\bDMS_(\\w+) = (\\d+)").matcher(header());
        while (m.find()) {
            wanted.put(m.group(1), Integer.valueOf(m.group(2)));
        }
        assertThat(header()).contains("#define DMS_ABI_VERSION " + Bridge.ABI_VERSION + "\n");
        int compared = 0;
        List<Class<?>> named = List.of(
                Bridge.class,
                BridgeException.class,
                Layout.class,
                Activation.class,
                Images.class,
                Tensors.class,
                Packing.class,
                Frame.class);
        for (Class<?> c : named) {
            for (Field f : c.getDeclaredFields()) {
                if (Modifier.isStatic(f.getModifiers())
                        && f.getType() == int.class
                        && wanted.containsKey(f.getName())) {
                    assertThat(f.getInt(null)).as(f.getName()).isEqualTo(wanted.get(f.getName()));
                    compared++;
                }
            }
        }
        // All but DMS_OK.
        assertThat(compared).isEqualTo(wanted.size() - 1);
    }
}
