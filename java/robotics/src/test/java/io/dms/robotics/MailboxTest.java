package io.dms.robotics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MailboxTest {
    private final Stub stub = new Stub();
    private final Semaphore mayRun = new Semaphore(0);
    private final Semaphore running = new Semaphore(0);
    private final Application app =
            Stub.application(stub).goal("p95<=1h".replace("1h", "3600s")).open();
    private final FloatBuffer input = Stub.input();

    @AfterEach
    void close() {
        mayRun.release(1000);
        app.close();
    }

    /** From now on each call says that it runs and then waits for a permit. */
    private void hold() {
        stub.atCall = (level, out) -> {
            running.release();
            mayRun.acquireUninterruptibly();
        };
    }

    private static long now() {
        return System.nanoTime();
    }

    @Test
    void answersEveryFrameInOrderWhereAllAreServed() throws Exception {
        stub.atCall = (level, out) -> out.put(0, 7);
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        try (Mailbox box = app.mailbox(MailboxPolicy.SERVE_ALL, 2)) {
            for (int i = 0; i < 20; i++) {
                answers.add(box.submit(input, Stub.output(), now()));
            }
            for (CompletableFuture<Answer> a : answers) {
                assertThat(a.get().dropped()).isNull();
                assertThat(a.get().level()).isNotNull();
                assertThat(a.get().output().get(0)).isEqualTo(7);
                assertThat(a.get().latencyNanos()).isPositive();
            }
            assertThat(box.dropped()).isZero();
        }
    }

    @Test
    void theNewestFrameTakesThePlaceOfTheOneThatWaits() throws Exception {
        hold();
        try (Mailbox box = app.mailbox(MailboxPolicy.NEWEST, 5)) {
            CompletableFuture<Answer> first = box.submit(input, Stub.output(), now());
            running.acquire();
            CompletableFuture<Answer> second = box.submit(input, Stub.output(), now());
            CompletableFuture<Answer> third = box.submit(input, Stub.output(), now());
            assertThat(second.get().dropped()).contains("newer");
            assertThat(second.get().missed()).isTrue();
            mayRun.release(2);
            assertThat(first.get().dropped()).isNull();
            assertThat(third.get().dropped()).isNull();
            assertThat(box.dropped()).isEqualTo(1);
        }
    }

    @Test
    void aFrameThatIsTooLateWhenItsTurnComesIsDropped() throws Exception {
        app.goal("p95<=1000ms");
        try (Mailbox box = app.mailbox(MailboxPolicy.DROP_LATE, 4)) {
            assertThat(box.submit(input, Stub.output(), now() - 2_000_000_000L)
                            .get()
                            .dropped())
                    .contains("too late");
            assertThat(box.submit(input, Stub.output(), now() - 1_200_000_000L)
                            .get()
                            .dropped())
                    .contains("too late");
            assertThat(box.submit(input, Stub.output(), now()).get().dropped()).isNull();
            assertThat(box.dropped()).isEqualTo(2);
        }
    }

    @Test
    void whereThereIsNoRoomTheOldestOfThoseThatWaitGoes() throws Exception {
        hold();
        try (Mailbox box = app.mailbox(MailboxPolicy.DROP_LATE, 2)) {
            CompletableFuture<Answer> first = box.submit(input, Stub.output(), now());
            running.acquire();
            CompletableFuture<Answer> oldest = box.submit(input, Stub.output(), now());
            CompletableFuture<Answer> newer = box.submit(input, Stub.output(), now());
            CompletableFuture<Answer> newest = box.submit(input, Stub.output(), now());
            assertThat(oldest.get().dropped()).contains("newer");
            mayRun.release(3);
            for (CompletableFuture<Answer> served : List.of(first, newer, newest)) {
                assertThat(served.get().dropped()).isNull();
            }
        }
    }

    @Test
    void aCallbackThatFindsNoRoomIsRefusedInsteadOfWaitingForItself() throws Exception {
        hold();
        try (Mailbox box = app.mailbox(MailboxPolicy.SERVE_ALL, 1)) {
            CompletableFuture<String> refusal = new CompletableFuture<>();
            box.submit(input, Stub.output(), now(), a -> {
                try {
                    box.submit(input, Stub.output(), now(), b -> {});
                    refusal.complete("took it");
                } catch (IllegalStateException e) {
                    refusal.complete(String.valueOf(e.getMessage()));
                }
            });
            running.acquire();
            box.submit(input, Stub.output(), now(), b -> {});
            mayRun.release(2);
            assertThat(refusal.get(10, TimeUnit.SECONDS)).contains("is full");
        }
    }

    @Test
    void whoSubmitsWaitsForRoomWhereAllAreServed() throws Exception {
        hold();
        try (Mailbox box = app.mailbox(MailboxPolicy.SERVE_ALL, 1)) {
            box.submit(input, Stub.output(), now(), a -> {});
            running.acquire();
            box.submit(input, Stub.output(), now(), a -> {});
            CountDownLatch in = new CountDownLatch(1);
            Thread third = new Thread(() -> {
                box.submit(input, Stub.output(), now(), a -> {});
                in.countDown();
            });
            third.start();
            assertThat(in.await(50, TimeUnit.MILLISECONDS)).isFalse();
            mayRun.release(3);
            in.await();
            third.join();
        }
    }

    @Test
    void closingDropsWhatWaitsLetsTheCallEndAndEndsTheThread() throws Exception {
        hold();
        Mailbox box = app.mailbox(MailboxPolicy.SERVE_ALL, 4);
        CompletableFuture<Answer> first = box.submit(input, Stub.output(), now());
        running.acquire();
        CompletableFuture<Answer> second = box.submit(input, Stub.output(), now());
        Thread closer = new Thread(box::close);
        closer.start();
        assertThat(second.get().dropped()).contains("closed");
        mayRun.release();
        assertThat(first.get().dropped()).isNull();
        closer.join();
        assertThat(box.dropped()).isEqualTo(1);
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(t -> t.getName().equals("dms-" + app.name()));
        assertThatThrownBy(() -> box.submit(input, Stub.output(), now())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aCallbackMayCloseItsMailbox() throws Exception {
        CompletableFuture<Mailbox> own = new CompletableFuture<>();
        CountDownLatch closed = new CountDownLatch(1);
        Mailbox box = app.mailbox(MailboxPolicy.NEWEST, 1);
        own.complete(box);
        box.submit(input, Stub.output(), now(), a -> {
            own.join().close();
            closed.countDown();
        });
        closed.await();
        app.close();
        assertThat(stub.closed).isTrue();
    }

    @Test
    void aFrameThatFailsIsToldAndTheNextIsServed() throws Exception {
        try (Mailbox box = app.mailbox(MailboxPolicy.SERVE_ALL, 4)) {
            CompletableFuture<Answer> bad = box.submit(input, FloatBuffer.allocate(10), now());
            assertThatThrownBy(bad::get).isInstanceOf(ExecutionException.class).hasMessageContaining("direct");
            ConcurrentLinkedQueue<Answer> told = new ConcurrentLinkedQueue<>();
            box.submit(input, FloatBuffer.allocate(10), now(), told::add);
            box.submit(input, Stub.output(), now(), a -> {
                throw new IllegalStateException("a caller's mistake");
            });
            assertThat(box.submit(input, Stub.output(), now()).get().dropped()).isNull();
            assertThat(told)
                    .singleElement()
                    .satisfies(a -> assertThat(a.dropped()).contains("direct"));
        }
    }

    @Test
    void whileAMailboxIsOpenNobodyElseInfers() {
        try (Mailbox box = app.mailbox(MailboxPolicy.NEWEST, 1)) {
            assertThat(box.dropped()).isZero();
            assertThatThrownBy(() -> app.infer(input, Stub.output())).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> app.mailbox(MailboxPolicy.NEWEST, 1)).isInstanceOf(IllegalStateException.class);
        }
        app.infer(input, Stub.output());
    }

    /** An application whose clock says what the test sets, some nanoseconds later at each look. */
    private Application at(AtomicLong clock, long eachLook, String goal) {
        return Stub.application(stub)
                .goal(goal)
                .clock(() -> clock.getAndAdd(eachLook))
                .open();
    }

    @Test
    void aFrameIsTooLateFromTheMomentThatItsBoundHasPassed() throws Exception {
        AtomicLong clock = new AtomicLong(5_000_000_000L);
        try (Application still = at(clock, 0, "p95<=1000ms");
                Mailbox box = still.mailbox(MailboxPolicy.DROP_LATE, 4)) {
            Answer late = box.submit(input, Stub.output(), 4_000_000_000L).get();
            assertThat(late.dropped()).contains("too late");
            assertThat(late.missed()).isTrue();
            assertThat(late.latencyNanos()).isEqualTo(1_000_000_000L);
            assertThat(box.submit(input, Stub.output(), 4_000_000_001L).get().dropped())
                    .isNull();
            CompletableFuture<Answer> failed = new CompletableFuture<>();
            box.submit(input, FloatBuffer.allocate(10), 4_600_000_000L, failed::complete);
            assertThat(failed.get().latencyNanos()).isEqualTo(400_000_000L);
        }
    }

    @Test
    void anAnswerSaysWhetherItsGoalWasMissed() throws Exception {
        AtomicLong clock = new AtomicLong();
        try (Application slow = at(clock, 4_000_000, "p95<=20ms");
                Mailbox box = slow.mailbox(MailboxPolicy.SERVE_ALL, 4)) {
            assertThat(box.submit(input, Stub.output(), clock.get()).get().missed())
                    .isFalse();
            assertThat(box.submit(input, Stub.output(), clock.get() - 15_000_000)
                            .get()
                            .missed())
                    .isTrue();
        }
    }

    @Test
    void theControllerIsToldHowManyWait() throws Exception {
        hold();
        Stub.Steered steered = new Stub.Steered();
        try (Application told = Stub.application(stub)
                        .controller((profile, fit, goal) -> steered)
                        .open();
                Mailbox box = told.mailbox(MailboxPolicy.SERVE_ALL, 8)) {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            answers.add(box.submit(input, Stub.output(), now()));
            running.acquire();
            for (int i = 0; i < 3; i++) {
                answers.add(box.submit(input, Stub.output(), now()));
            }
            mayRun.release(4);
            for (CompletableFuture<Answer> a : answers) {
                a.get();
            }
        }
        assertThat(steered.waiting).containsExactly(0, 2, 1, 0);
    }

    @Test
    void aMailboxOfNoneOrOfMillionsIsRefused() {
        for (int capacity : new int[] {0, (1 << 20) + 1}) {
            assertThatThrownBy(() -> app.mailbox(MailboxPolicy.SERVE_ALL, capacity))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("between 1 and 1048576");
        }
    }
}
