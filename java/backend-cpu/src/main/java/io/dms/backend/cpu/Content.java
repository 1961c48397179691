package io.dms.backend.cpu;

import java.nio.FloatBuffer;
import java.util.Arrays;

/** What a plan reads beside activations: packed weights, biases, other constants. A {@link WeightStore} keeps it. */
interface Content {
    /** Equal for contents that are the same bytes. */
    Object key();

    /** Bytes that it takes. */
    long bytes();

    /** Makes a job that writes the content to an address, again and again if wanted. */
    Job open(long address);

    /** Writes a content. Owns native objects of its own. */
    interface Job extends AutoCloseable {
        void run();

        @Override
        void close();
    }

    /** Packed weights. */
    record Weights(WeightSource source, Desc layout) implements Content {
        @Override
        public Object key() {
            return source.key(layout);
        }

        @Override
        public long bytes() {
            return layout.bytes();
        }

        @Override
        public Job open(long address) {
            return new Packing(source, layout, address);
        }
    }

    /** Numbers as they are. */
    @SuppressWarnings("ArrayRecordComponent")
    record Plain(float[] values) implements Content {
        /** Equal by value. */
        private record Key(int hash, Plain content) {
            @Override
            public boolean equals(Object o) {
                return o instanceof Key k && hash == k.hash && Arrays.equals(content.values, k.content.values);
            }

            @Override
            public int hashCode() {
                return hash;
            }
        }

        @Override
        public Object key() {
            return new Key(Arrays.hashCode(values), this);
        }

        @Override
        public long bytes() {
            return 4L * values.length;
        }

        @Override
        public Job open(long address) {
            FloatBuffer to = NativeBlock.floatsAt(address, values.length);
            return new Job() {
                @Override
                public void run() {
                    to.put(0, values);
                }

                @Override
                public void close() {}
            };
        }
    }
}
