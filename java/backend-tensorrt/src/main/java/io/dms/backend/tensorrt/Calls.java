package io.dms.backend.tensorrt;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Finds methods of the presets that not every flavour has, once, by name and signature. What all flavours have alike is
 * called directly; the rest can't be, as one source is compiled against one flavour. A handle is called with its exact
 * type, so that a call boxes nothing and makes nothing.
 *
 * <p>Tests find the same handles in each flavour's jar through a class loader of its own; the classes are looked at and
 * not initialised, so no library is loaded.
 */
final class Calls {
    private static final String NVINFER = "org.bytedeco.tensorrt.nvinfer.";

    private final ClassLoader loader;
    private final MethodHandles.Lookup lookup = MethodHandles.publicLookup();

    Calls(ClassLoader loader) {
        this.loader = loader;
    }

    /** The loader of the presets that this program runs with. */
    static Calls ours() {
        return new Calls(Calls.class.getClassLoader());
    }

    /** A class of {@code nvinfer}. */
    Class<?> type(String name) {
        return named(NVINFER + name);
    }

    /** Any class. */
    Class<?> named(String name) {
        try {
            return Class.forName(name, false, loader);
        } catch (ClassNotFoundException e) {
            throw new LinkageError("this flavour of the presets has no " + name, e);
        }
    }

    /** A method of an object. */
    MethodHandle method(Class<?> owner, String name, Class<?> result, Class<?>... parameters) {
        MethodHandle found = find(owner, name, result, parameters);
        if (found == null) {
            throw new LinkageError("this flavour of the presets has no " + owner.getSimpleName() + "." + name
                    + MethodType.methodType(result, parameters));
        }
        return found;
    }

    /** A method of an object, null where there is none. */
    @Nullable
    MethodHandle find(Class<?> owner, String name, Class<?> result, Class<?>... parameters) {
        try {
            return lookup.findVirtual(owner, name, MethodType.methodType(result, parameters));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return null;
        }
    }

    /** A function of a library, null where there is none. */
    @Nullable
    MethodHandle function(Class<?> owner, String name, Class<?> result, Class<?>... parameters) {
        try {
            return lookup.findStatic(owner, name, MethodType.methodType(result, parameters));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return null;
        }
    }

    /** A constructor. */
    MethodHandle constructor(Class<?> owner, Class<?>... parameters) {
        try {
            return lookup.findConstructor(owner, MethodType.methodType(void.class, parameters));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            throw new LinkageError("this flavour of the presets can't make a " + owner.getSimpleName(), e);
        }
    }

    /** What a handle threw, which the presets' methods declare not to. */
    static RuntimeException unexpected(Throwable t) {
        if (t instanceof RuntimeException e) {
            return e;
        }
        if (t instanceof Error e) {
            throw e;
        }
        return new IllegalStateException(t);
    }
}
