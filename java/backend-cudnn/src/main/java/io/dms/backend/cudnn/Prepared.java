package io.dms.backend.cudnn;

/** A candidate that was made and is ready to run on the memory that its {@link Offer} names. Owns its descriptors. */
interface Prepared extends AutoCloseable {
    /** Bytes of scratch memory. */
    long workspace();

    /**
     * Enqueues it. Allocates nothing where the addresses are those of the last call.
     *
     * @param work address of the scratch memory; 0 where it wants none
     */
    void run(long work);

    @Override
    void close();
}
