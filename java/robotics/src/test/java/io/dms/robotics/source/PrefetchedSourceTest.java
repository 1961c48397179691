package io.dms.robotics.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.EnvironmentException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PrefetchedSourceTest {
    private static final long LONG = 20_000_000_000L;

    private interface Reading {
        boolean read(int image) throws IOException, InterruptedException;
    }

    /** Gives each image its number. */
    private static PrefetchedSource source(double rate, boolean live, Reading reading) {
        AtomicInteger images = new AtomicInteger();
        ImageFeed feed = new ImageFeed() {
            @Override
            public String describe() {
                return "made up";
            }

            @Override
            public boolean read(FloatBuffer out) throws IOException, InterruptedException {
                int image = images.getAndIncrement();
                out.put(0, image);
                return reading.read(image);
            }

            @Override
            public void close() {}
        };
        return new PrefetchedSource(feed, rate, live, 1);
    }

    /** The first frame is good, the second fails. */
    private static void fails(Throwable failure, Class<? extends Throwable> as, String text) throws Exception {
        try (PrefetchedSource source = source(1000, false, image -> {
            if (image == 0) {
                return true;
            }
            if (failure instanceof IOException e) {
                throw e;
            }
            if (failure instanceof Error e) {
                throw e;
            }
            throw (RuntimeException) failure;
        })) {
            source.start(System.nanoTime());
            Frame frame = new Frame();
            assertThat(source.next(frame, LONG)).isEqualTo(FrameSource.Arrival.FRAME);
            assertThatThrownBy(() -> source.next(frame, LONG)).isInstanceOf(as).hasMessageContaining(text);
        }
    }

    @Test
    void aReadingThatFailsIsNoEnd() throws Exception {
        fails(new IOException("unplugged"), EnvironmentException.class, "made up: unplugged");
        fails(new IllegalArgumentException("too large"), IllegalArgumentException.class, "too large");
        fails(new OutOfMemoryError("no room"), OutOfMemoryError.class, "no room");
    }

    @Test
    void framesComeInOrderAndEndWithTheFeed() throws Exception {
        try (PrefetchedSource source = source(1000, false, image -> image < 10)) {
            source.start(System.nanoTime());
            Frame frame = new Frame();
            for (int i = 0; i < 10; i++) {
                assertThat(source.next(frame, LONG)).isEqualTo(FrameSource.Arrival.FRAME);
                assertThat(frame.input().get(0)).isEqualTo(i);
            }
            assertThat(source.next(frame, LONG)).isEqualTo(FrameSource.Arrival.END);
            assertThat(source.replaced()).isZero();
        }
    }

    @Test
    void framesThatAreDueByNowWaitAndNoMoreThanWereRead() throws Exception {
        try (PrefetchedSource source = source(10, false, image -> true)) {
            long start = System.nanoTime();
            source.start(start);
            Frame frame = new Frame();
            assertThat(source.next(frame, LONG)).isEqualTo(FrameSource.Arrival.FRAME);
            long due = frame.scheduledNanos() + 100_000_000;
            // The others of the ring are read ahead; the next one is due a period after the first.
            assertThat(source.next(frame, 1)).isEqualTo(FrameSource.Arrival.NONE);
            while (source.waiting(due + LONG) < 3) {
                Thread.onSpinWait();
            }
            assertThat(source.waiting(due - 1_000_000)).isZero();
            assertThat(source.waiting(due + 1_000_000)).isEqualTo(1);
            assertThat(source.waiting(due + 101_000_000)).isEqualTo(2);
            assertThat(source.waiting(due + LONG)).isBetween(3, 4);
        }
    }
}
