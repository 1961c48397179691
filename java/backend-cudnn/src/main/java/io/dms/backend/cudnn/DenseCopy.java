package io.dms.backend.cudnn;

import org.jspecify.annotations.Nullable;

/**
 * A copy without gaps of an image that is a range of channels of a wider one, for all convolutions of a level that want it
 * so. As long as nobody knows which of them do, each makes it for itself; then the first that does makes it for those behind
 * it.
 */
final class DenseCopy {
    private final View to;
    private final Runnable work;
    private @Nullable Use maker;

    /** One convolution's use of the copy. */
    final class Use {
        private Use() {}

        /** Makes the copy, where nobody else does before. */
        void run() {
            if (maker == null || maker == this) {
                work.run();
            }
        }

        /** Says that its convolution reads or has written the copy, in the order in which convolutions run. */
        void claim() {
            if (maker == null) {
                maker = this;
            }
        }

        /** What {@link #run} does. */
        Copies copies() {
            return maker == null || maker == this ? Copies.of(to) : Copies.NONE;
        }
    }

    /**
     * @param to where the copy lies
     * @param work makes it
     */
    DenseCopy(View to, Runnable work) {
        this.to = to;
        this.work = work;
    }

    View to() {
        return to;
    }

    Use use() {
        return new Use();
    }

    /** Forgets who makes it. */
    void release() {
        maker = null;
    }
}
