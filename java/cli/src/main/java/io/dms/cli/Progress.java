package io.dms.cli;

/** How far a piece of work is. Not thread-safe. */
public interface Progress extends AutoCloseable {
    /** Sets how much is done, out of the total that it was made with. */
    void at(long done);

    /** Takes the bar off the screen. */
    @Override
    void close();
}
