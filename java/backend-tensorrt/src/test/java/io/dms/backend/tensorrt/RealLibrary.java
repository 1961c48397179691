package io.dms.backend.tensorrt;

import com.sun.jna.NativeLibrary;
import io.dms.model.EnvironmentException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvonnxparser;

/** A process that loads NVIDIA's TensorRT as the program does and prints what it says. */
final class RealLibrary {
    private RealLibrary() {}

    /** @param args the file of libnvinfer */
    public static void main(String[] args) throws ReflectiveOperationException {
        try {
            Machine.SHARED.check();
            say("device", "there is one");
        } catch (EnvironmentException e) {
            String why = String.valueOf(e.getMessage());
            say("refusal", why);
            if (why.contains("can't be loaded")) {
                return;
            }
        }
        if (Machine.SHARED.lacks() != null) {
            say("lacks", String.valueOf(Machine.SHARED.lacks()));
            return;
        }
        NvInfer nv = PresetNvInfer.loaded();
        say("version", nv.version().toString());
        say("exported", String.valueOf(exported(args[0], nv.version())));
        say("registry", String.valueOf(nvinfer.getPluginRegistry() != null));
        say("parser", String.valueOf(nvonnxparser.getNvOnnxParserVersion()));
        say("absent", String.join(" ", absent(nv)));
        made(nv, NvInfer.Kind.RUNTIME, nv.newRuntime());
        made(nv, NvInfer.Kind.BUILDER, nv.newBuilder());
        say("end", "reached");
    }

    private static void made(NvInfer nv, NvInfer.Kind kind, long object) {
        say(kind.toString(), object == 0 ? "none, since " + nv.takeError() : "made");
        Generation.of(nv).free(kind, object);
    }

    /** True where the library has the symbol with its version that NVIDIA gives it; TensorRT 8 tells three numbers only. */
    private static boolean exported(String file, NvInferVersion version) {
        NativeLibrary library = NativeLibrary.getInstance(file);
        String name = "tensorrt_version_" + version.toString().replace('.', '_');
        for (int build = -1; build < (version.build() < 0 ? 100 : 0); build++) {
            try {
                library.getGlobalVariableAddress(build < 0 ? name : name + "_" + build);
                return true;
            } catch (UnsatisfiedLinkError e) {
                // not this number
            }
        }
        return false;
    }

    /** Of the methods that are called through handles those that the presets' library does not have. */
    private static List<String> absent(NvInfer nv) throws ReflectiveOperationException {
        Object handles = nv.version().named()
                ? new PresetNvInfer10.Handles(Calls.ours())
                : new PresetNvInfer8.Handles(Calls.ours());
        List<MethodHandle> all = new ArrayList<>();
        for (Field f : handles.getClass().getDeclaredFields()) {
            Object value = f.get(handles);
            if (value instanceof MethodHandle h) {
                all.add(h);
            } else if (value instanceof Map<?, ?> several) {
                several.values().forEach(h -> all.add((MethodHandle) h));
            }
        }
        String here = Loader.load(nvinfer.class);
        NativeLibrary[] libraries = {
            NativeLibrary.getInstance(here), NativeLibrary.getInstance(here.replace("jninvinfer", "jninvonnxparser"))
        };
        List<String> absent = new ArrayList<>();
        int methods = 0;
        for (MethodHandle h : all) {
            MethodHandleInfo info = MethodHandles.publicLookup().revealDirect(h);
            if (info.getReferenceKind() == MethodHandleInfo.REF_newInvokeSpecial) {
                continue;
            }
            Method m = info.reflectAs(Method.class, MethodHandles.publicLookup());
            if (Modifier.isNative(m.getModifiers())) {
                methods++;
                if (!has(libraries, m)) {
                    absent.add(m.toString());
                }
            }
        }
        say("methods", String.valueOf(methods));
        return absent;
    }

    /** Names by the rules of JNI: short, or with the parameters where a name has several. */
    private static boolean has(NativeLibrary[] libraries, Method m) {
        String name = "Java_" + mangled(m.getDeclaringClass().getName()) + "_" + mangled(m.getName());
        StringBuilder parameters = new StringBuilder("__");
        for (Class<?> p : m.getParameterTypes()) {
            parameters.append(mangled(p.descriptorString()));
        }
        for (NativeLibrary library : libraries) {
            for (String n : List.of(name, name + parameters)) {
                try {
                    library.getFunction(n);
                    return true;
                } catch (UnsatisfiedLinkError e) {
                    // the other name, or the other library
                }
            }
        }
        return false;
    }

    private static String mangled(String s) {
        return s.replace("_", "_1")
                .replace('.', '_')
                .replace('/', '_')
                .replace(";", "_2")
                .replace("[", "_3");
    }

    private static void say(String what, String text) {
        System.out.println(what + "=" + text);
    }
}
