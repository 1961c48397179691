package io.dms.testkit;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a class file declares and calls, read and not loaded: so the presets of CUDA generations that this machine could
 * never load are checked all the same. JVM specification, chapter 4.
 *
 * @param name internal name, as {@code org/bytedeco/cuda/global/cudnn}
 * @param superName internal name of its parent, null for Object
 * @param members {@code name + descriptor} of the fields and methods that it declares
 * @param calls {@code owner.name + descriptor} of the fields and methods that its code names
 */
public record ClassFile(String name, @Nullable String superName, Set<String> members, Set<String> calls) {
    /** Reads one. */
    public static ClassFile read(byte[] bytes) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            in.readInt();
            in.readInt();
            Pool pool = new Pool(in);
            in.readUnsignedShort();
            String name = pool.className(in.readUnsignedShort());
            int parent = in.readUnsignedShort();
            in.skipNBytes(2L * in.readUnsignedShort());
            Set<String> members = new LinkedHashSet<>();
            members(in, pool, members);
            members(in, pool, members);
            return new ClassFile(name, parent == 0 ? null : pool.className(parent), members, pool.calls());
        }
    }

    private static void members(DataInputStream in, Pool pool, Set<String> to) throws IOException {
        int n = in.readUnsignedShort();
        for (int i = 0; i < n; i++) {
            in.readUnsignedShort();
            to.add(pool.text(in.readUnsignedShort()) + pool.text(in.readUnsignedShort()));
            int attributes = in.readUnsignedShort();
            for (int j = 0; j < attributes; j++) {
                in.readUnsignedShort();
                in.skipNBytes(Integer.toUnsignedLong(in.readInt()));
            }
        }
    }

    private static final class Pool {
        private final int[] tags;
        private final int[] first;
        private final int[] second;
        private final @Nullable String[] texts;

        Pool(DataInputStream in) throws IOException {
            int n = in.readUnsignedShort();
            tags = new int[n];
            first = new int[n];
            second = new int[n];
            texts = new @Nullable String[n];
            for (int i = 1; i < n; i++) {
                tags[i] = in.readUnsignedByte();
                switch (tags[i]) {
                    case 1 -> texts[i] = in.readUTF();
                    case 3, 4 -> in.readInt();
                    case 5, 6 -> {
                        in.readLong();
                        i++;
                    }
                    case 7, 8, 16, 19, 20 -> first[i] = in.readUnsignedShort();
                    case 15 -> {
                        in.readUnsignedByte();
                        in.readUnsignedShort();
                    }
                    default -> {
                        first[i] = in.readUnsignedShort();
                        second[i] = in.readUnsignedShort();
                    }
                }
            }
        }

        String text(int i) {
            String t = texts[i];
            if (t == null) {
                throw new IllegalStateException("not a class file");
            }
            return t;
        }

        String className(int i) {
            return text(first[i]);
        }

        Set<String> calls() {
            Set<String> calls = new LinkedHashSet<>();
            for (int i = 1; i < tags.length; i++) {
                if (tags[i] >= 9 && tags[i] <= 11) {
                    int type = second[i];
                    calls.add(className(first[i]) + "." + text(first[type]) + text(second[type]));
                }
            }
            return calls;
        }
    }
}
