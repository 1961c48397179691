package io.dms.schedule.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a catalog promises: it is whole, or refused in one line that says what and where. */
class CatalogTest {
    private static final Fragment WEIGHTS = new Fragment("weights", 1000, new Cost(0.1, 1.0), Cost.NONE, List.of());

    private static Variant.Builder level(String id, double accuracy, long bytes, double runSeconds) {
        return Variant.of(id, "faces", Place.DEVICE, Kind.LEVEL, Accuracy.of(accuracy))
                .memoryBytes(bytes)
                .load(0.01, 0.1)
                .run(runSeconds, runSeconds * 10)
                .requires("weights");
    }

    private static Catalog sample() {
        Task faces =
                new Task("faces", "who", "camera", 0.5, List.of(new Task.Context("home", 2, 0.9, List.of("a", "b"))));
        return new Catalog(
                new Provenance(
                        "test",
                        "a board",
                        "MAXN",
                        Instant.parse("2026-01-31T12:00:00Z"),
                        Map.of("dms", "1"),
                        List.of("n")),
                List.of(faces, Task.of("scenes")),
                List.of(WEIGHTS),
                List.of(
                        level("l1", 0.9, 100, 0.02).build(),
                        level("l2", 0.8, 50, 0.01)
                                .implementation(Map.of("level", "0.50"))
                                .build(),
                        Variant.of(
                                        "small",
                                        "faces",
                                        Place.DEVICE,
                                        Kind.SPECIALISED,
                                        new Accuracy(null, Map.of("a", 0.5), Map.of("home", 0.95)))
                                .memoryBytes(10)
                                .run(0.001, null)
                                .fallback("l2")
                                .fallsThrough(0.15)
                                .uncertain(List.of("joules: no sensor"))
                                .build(),
                        Variant.of("far", "scenes", Place.CLOUD, Kind.REMOTE, Accuracy.of(0.7))
                                .run(0.02, 0.0)
                                .dollars(1e-6)
                                .wire(10_000, 100)
                                .build()));
    }

    @Test
    void a_file_gives_back_what_was_written() {
        Catalog c = sample();
        assertThat(CatalogFile.of(CatalogFile.toBytes(c), "x")).isEqualTo(c);
    }

    @Test
    void what_is_shared_is_counted_once_for_a_variant_and_named_in_order() {
        Fragment head = new Fragment("neck", 10, Cost.NONE, Cost.NONE, List.of("weights"));
        Variant v = Variant.of("v", "t", Place.DEVICE, Kind.SHARED, Accuracy.of(0.5))
                .memoryBytes(1)
                .requires("neck", "weights")
                .build();
        Catalog c = new Catalog(Provenance.of("test"), List.of(Task.of("t")), List.of(head, WEIGHTS), List.of(v));
        assertThat(c.fragmentsOf(v)).containsExactly(WEIGHTS, head);
        assertThat(c.aloneBytes(v)).isEqualTo(1011);
    }

    @Test
    void joules_that_nobody_measured_stay_absent() {
        assertThat(sample().hasJoules()).isFalse();
        assertThat(new String(CatalogFile.toBytes(sample()), StandardCharsets.UTF_8))
                .contains("\"joules\" : null");
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "\"schema\" : 1|\"schema\" : 9|field schema is 9, and this version reads 1",
                "\"memory_bytes\" : 100,|\"memory_bytes\" : -100,|field variants[0].memory_bytes must be a whole number from 0 up, but is -100",
                "\"seconds\" : 0.02,|\"second\" : 0.02,|field variants[0].run.seconds is missing",
                "\"joules\" : 0.2|\"joules\" : -0.2|field variants[0].run.joules must be a number of at least 0, but is -0.2",
                "\"overall\" : 0.9|\"overall\" : 90|field variants[0].accuracy.overall must be a number between 0 and 1, but is 90",
                "\"id\" : \"l2\"|\"id\" : \"l1\"|there are two variants l1",
                "\"id\" : \"scenes\"|\"id\" : \"faces\"|there are two tasks faces",
                "\"requires\" : [ \"weights\" ]|\"requires\" : [ \"wights\" ]|variant l1 requires wights, and there is no such fragment",
                "\"requires\" : [ \"weights\" ]|\"requires\" : [ ]|variant l1 contradicts itself: kind level without the fragment that it shares",
                "\"fallback\" : \"l2\"|\"fallback\" : \"l9\"|variant small falls back to l9, and there is no such variant of its task",
                "\"home\" : 0.95|\"office\" : 0.95|variant small has an accuracy in context office, and task faces has no such context",
                "\"dollars\" : 0.0|\"dollars\" : 0.5|variant l1 contradicts itself: it runs on the device, yet has a price, a server's time or bytes on the wire",
                "\"place\" : \"cloud\"|\"place\" : \"device\"|variant far contradicts itself",
                "\"place\" : \"cloud\"|\"place\" : \"moon\"|field variants[3].place can't be: there is no place \"moon\"; places are device, split, cloud",
                "\"task\" : \"scenes\"|\"task\" : \"noses\"|variant far serves noses, and there is no such task",
                "\"classes\" : 2|\"classes\" : 3|context home contradicts itself: it has 3 classes and names 2",
                "\"deadline_s\" : 0.5|\"deadline_s\" : 0|field tasks[0].deadline_s must be a number above 0, but is 0",
            })
    void a_catalog_that_contradicts_itself_is_refused_in_one_line(String from, String to, String line) {
        String text = new String(CatalogFile.toBytes(sample()), StandardCharsets.UTF_8);
        assertThat(text).contains(from);
        byte[] bad = text.replaceFirst(
                        java.util.regex.Pattern.quote(from), java.util.regex.Matcher.quoteReplacement(to))
                .getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> CatalogFile.of(bad, "bad.json"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("bad.json: ")
                .hasMessageContaining(line)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void a_circle_of_fragments_is_refused() {
        Fragment a = new Fragment("a", 1, Cost.NONE, Cost.NONE, List.of("b"));
        Fragment b = new Fragment("b", 1, Cost.NONE, Cost.NONE, List.of("a"));
        Catalog c = sample();
        assertThatThrownBy(() -> new Catalog(c.provenance(), c.tasks(), List.of(WEIGHTS, a, b), c.variants()))
                .hasMessageContaining("in a circle");
    }

    @Test
    void a_task_that_only_a_specialised_variant_serves_is_refused() {
        Catalog c = sample();
        List<Variant> few =
                c.variants().stream().filter(v -> !v.id().equals("far")).toList();
        assertThatThrownBy(() -> new Catalog(c.provenance(), c.tasks(), c.fragments(), few))
                .hasMessage("task scenes has no variant that serves it outside of contexts");
    }

    @Test
    void a_dominated_variant_is_dropped_with_its_reason_and_a_fallback_is_not() {
        Catalog c = sample();
        List<Variant> more = new java.util.ArrayList<>(c.variants());
        more.add(level("worse", 0.85, 120, 0.03).build());
        more.add(level("dear fallback", 0.7, 50, 0.01).build());
        more.add(Variant.of(
                        "head",
                        "faces",
                        Place.DEVICE,
                        Kind.SPECIALISED,
                        new Accuracy(null, Map.of(), Map.of("home", 0.99)))
                .fallback("dear fallback")
                .build());
        Dominance.Result r = Dominance.drop(new Catalog(c.provenance(), c.tasks(), c.fragments(), more));
        assertThat(r.dropped()).hasSize(1);
        assertThat(r.dropped().get(0).reason())
                .isEqualTo("worse is dropped: l1 is more accurate, smaller, cheaper to run, and nowhere worse");
        assertThat(r.catalog().variant("dear fallback")).isNotNull();
    }

    @Test
    void of_two_equal_variants_one_stays() {
        Catalog c = sample();
        List<Variant> more = new java.util.ArrayList<>(c.variants());
        more.add(level("twin", 0.9, 100, 0.02).build());
        Dominance.Result r = Dominance.drop(new Catalog(c.provenance(), c.tasks(), c.fragments(), more));
        assertThat(r.dropped()).hasSize(1);
    }

    @Test
    void a_front_rises_with_its_cost_and_knows_contexts() {
        Catalog c = sample();
        assertThat(Front.of(c, "faces", null, null, Front.Axis.RUN_SECONDS))
                .extracting(Variant::id)
                .containsExactly("l2", "l1");
        assertThat(Front.of(c, "faces", Place.DEVICE, "home", Front.Axis.RUN_SECONDS))
                .extracting(Variant::id)
                .containsExactly("small");
    }
}
