package io.dms.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.serve.Statistics.Part;
import io.dms.serve.protocol.InferRequest;
import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.Parameters;
import io.dms.serve.protocol.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What becomes of a request between its arrival and its answer: one worker, two places. */
class EngineTest {
    private static final int PLACES = 2;

    @SuppressWarnings("NullAway.Init")
    private static Engine engine;

    /** How a request ended. */
    private static final class Told implements Job.Reply {
        final CompletableFuture<InferResponse> end = new CompletableFuture<>();

        @Override
        public void answer(InferResponse response) {
            end.complete(response);
        }

        @Override
        public void refuse(InferenceException why) {
            end.completeExceptionally(why);
        }

        InferenceException refused() throws Exception {
            return (InferenceException)
                    Objects.requireNonNull(end.handle((answer, why) -> why).get(20, TimeUnit.SECONDS));
        }
    }

    @BeforeAll
    static void open() {
        engine = new Engine(
                List.of(Rigs.profiled()),
                Rigs.options()
                        .withWorkers("cpu", 1, 1)
                        .withLimits(PLACES, 1 << 20, Duration.ofSeconds(5), Duration.ofSeconds(5)));
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static InferRequest request(Map<String, Object> parameters) {
        return Rigs.request(Rigs.PROFILED, parameters, Rigs.image(1));
    }

    private static Told submit(long arrival, long deadline, BooleanSupplier cancelled) {
        Told told = new Told();
        engine.submit(request(Map.of()), arrival, deadline, cancelled, told);
        return told;
    }

    private static Statistics.Snapshot counted() {
        return engine.model(Rigs.PROFILED, "").statistics().snapshot();
    }

    private static long failed(Statistics.Snapshot s) {
        return Objects.requireNonNull(s.parts().get(Part.FAIL)).count;
    }

    private static long succeeded(Statistics.Snapshot s) {
        return Objects.requireNonNull(s.parts().get(Part.SUCCESS)).count;
    }

    @Test
    void a_request_whose_deadline_passed_while_it_waited_is_refused_and_nothing_is_run() throws Exception {
        Statistics.Snapshot before = counted();
        long now = System.nanoTime();
        InferenceException why = submit(now - 2, now - 1, () -> false).refused();
        assertThat(why.refusal()).isEqualTo(Refusal.LATE);
        assertThat(why.reason()).contains("waited for a worker");
        assertThat(counted().executions()).isEqualTo(before.executions());
        assertThat(failed(counted())).isEqualTo(failed(before) + 1);
    }

    @Test
    void a_time_limit_of_the_request_itself_counts_from_its_arrival() throws Exception {
        Told told = new Told();
        long aMinuteAgo = System.nanoTime() - Duration.ofMinutes(1).toNanos();
        engine.submit(request(Map.of(Parameters.TIMEOUT, 59_000_000L)), aMinuteAgo, Long.MAX_VALUE, () -> false, told);
        assertThat(told.refused().refusal()).isEqualTo(Refusal.LATE);
        Told patient = new Told();
        engine.submit(
                request(Map.of(Parameters.TIMEOUT, 3_600_000_000L)), aMinuteAgo, Long.MAX_VALUE, () -> false, patient);
        assertThat(patient.end.get(20, TimeUnit.SECONDS).outputs()).hasSize(1);
        Told never = new Told();
        engine.submit(request(Map.of(Parameters.TIMEOUT, 0L)), aMinuteAgo, Long.MAX_VALUE, () -> false, never);
        assertThat(never.end.get(20, TimeUnit.SECONDS).outputs()).hasSize(1);
        assertThatThrownBy(() -> engine.submit(
                        request(Map.of(Parameters.TIMEOUT, -1L)), aMinuteAgo, Long.MAX_VALUE, () -> false, new Told()))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.INVALID));
    }

    @Test
    void for_whoever_has_gone_nothing_is_run() throws Exception {
        Statistics.Snapshot before = counted();
        InferenceException why =
                submit(System.nanoTime(), Long.MAX_VALUE, () -> true).refused();
        assertThat(why.refusal()).isEqualTo(Refusal.LATE);
        assertThat(why.reason()).contains("has gone");
        assertThat(counted().executions()).isEqualTo(before.executions());
        assertThat(failed(counted())).isEqualTo(failed(before) + 1);
    }

    @Test
    void a_request_that_got_late_while_it_ran_counts_as_failed_alone() {
        ModelSpec spec = Rigs.profiled();
        ServedModel model = new ServedModel(spec, "cpu", 8);
        try (Seat seat = new Seat(model, Rigs.options(), spec.profile())) {
            long now = System.nanoTime();
            Told told = new Told();
            Job job = new Job(model.check(request(Map.of())), now - 2, now - 1, () -> false, told, () -> {});
            assertThatThrownBy(() -> seat.run(job, now))
                    .isInstanceOfSatisfying(
                            InferenceException.class,
                            e -> assertThat(e.refusal()).isEqualTo(Refusal.LATE))
                    .hasMessageContaining("while the model ran");
            Statistics.Snapshot s = model.statistics().snapshot();
            assertThat(s.executions()).isZero();
            assertThat(succeeded(s)).isZero();
            assertThat(told.end).isNotDone();
        }
    }

    /** Holds the only worker, fills every place, and sees what one more is told. */
    @Test
    void more_requests_than_there_are_places_are_refused_and_every_place_comes_back() throws Exception {
        for (int round = 0; round < 3; round++) {
            CountDownLatch go = new CountDownLatch(1);
            List<Told> taken = new ArrayList<>();
            for (int i = 0; i < PLACES; i++) {
                boolean gone = i == 1;
                taken.add(submitWhenThereIsAPlace(() -> {
                    try {
                        return !go.await(20, TimeUnit.SECONDS) || gone;
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }));
            }
            assertThatThrownBy(() -> submit(System.nanoTime(), Long.MAX_VALUE, () -> false))
                    .isInstanceOfSatisfying(
                            InferenceException.class,
                            e -> assertThat(e.refusal()).isEqualTo(Refusal.BUSY))
                    .hasMessageContaining("busy with " + PLACES + " requests");
            go.countDown();
            assertThat(taken.get(0).end.get(20, TimeUnit.SECONDS).outputs()).hasSize(1);
            assertThat(taken.get(1).refused().refusal()).isEqualTo(Refusal.LATE);
        }
    }

    /** A place comes back a moment after its request was told how it ended. */
    private static Told submitWhenThereIsAPlace(BooleanSupplier cancelled) throws InterruptedException {
        for (int left = 2000; ; left--) {
            try {
                return submit(System.nanoTime(), Long.MAX_VALUE, cancelled);
            } catch (InferenceException e) {
                if (left == 0 || e.refusal() != Refusal.BUSY) {
                    throw e;
                }
                Thread.sleep(5);
            }
        }
    }

    @Test
    void whoever_answers_is_told_nothing_twice() {
        ModelSpec spec = Rigs.profiled();
        ServedModel model = new ServedModel(spec, "cpu", 8);
        List<String> told = new ArrayList<>();
        Job job = new Job(
                model.check(request(Map.of())),
                0,
                Long.MAX_VALUE,
                () -> false,
                new Job.Reply() {
                    @Override
                    public void answer(InferResponse response) {
                        told.add("answered");
                    }

                    @Override
                    public void refuse(InferenceException why) {
                        told.add("refused");
                        throw new IllegalStateException("the connection broke");
                    }
                },
                () -> told.add("after"));
        assertThatThrownBy(() -> job.refuse(InferenceException.invalid("x"))).hasMessageContaining("broke");
        job.refuse(InferenceException.invalid("y"));
        job.answer(new InferResponse("m", "1", "", Map.of(), List.of()));
        assertThat(told).containsExactly("refused", "after");
        assertThat(failed(model.statistics().snapshot())).isEqualTo(1);
    }
}
