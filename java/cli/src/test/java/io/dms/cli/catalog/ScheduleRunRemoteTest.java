package io.dms.cli.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.compiler.CompileListener;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.runtime.Backends;
import io.dms.runtime.BundledModels;
import io.dms.schedule.Budgets;
import io.dms.schedule.catalog.Accuracy;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Cost;
import io.dms.schedule.catalog.Fragment;
import io.dms.schedule.catalog.Kind;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Provenance;
import io.dms.schedule.catalog.Task;
import io.dms.schedule.catalog.Variant;
import io.dms.serve.InferenceServer;
import io.dms.serve.ModelSpec;
import io.dms.serve.ServerOptions;
import io.dms.serve.split.CutPoint;
import io.dms.serve.split.SplitModel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stream served from a catalog whose best variants are on a server, embedded here, that may die meanwhile. */
class ScheduleRunRemoteTest {
    private static final MadeUpImages IMAGES = new MadeUpImages(100, 4);
    private static final double DEADLINE_SECONDS = 20;
    private static final ScalableModel MODEL = BundledModels.resnet20Cifar10();
    private static final String CUT = cut();

    private static String cut() {
        List<CutPoint> cuts = CutPoint.of(MODEL.graph());
        return cuts.get(cuts.size() / 2).tensor();
    }

    private static InferenceServer server() {
        SplitModel split = SplitModel.of(MODEL, MODEL.full(), CUT);
        return InferenceServer.open(
                List.of(
                        new ModelSpec("whole", MODEL, null, List.of()),
                        new ModelSpec("rest", split.rest(), null, List.of())),
                ServerOptions.DEFAULT.withPorts(0, 0).withWorkers("cpu", 1, 1));
    }

    private static Map<String, String> level(String name) {
        return Map.of(CatalogBuilder.MODEL, "bundled", CatalogBuilder.LEVEL, name);
    }

    private static Catalog catalog(@Nullable String fallback, Variant.Builder best) {
        return new Catalog(
                Provenance.of("test"),
                List.of(new Task("objects", null, "camera", DEADLINE_SECONDS, List.of())),
                List.of(new Fragment("weights", 1 << 20, Cost.NONE, Cost.NONE, List.of())),
                List.of(
                        Variant.of("half", "objects", Place.DEVICE, Kind.LEVEL, Accuracy.of(0.5))
                                .run(0.001, 0.0)
                                .requires("weights")
                                .implementation(level("0.50"))
                                .build(),
                        Variant.of("quarter", "objects", Place.DEVICE, Kind.LEVEL, Accuracy.of(0.4))
                                .run(0.001, 0.0)
                                .requires("weights")
                                .implementation(level("0.25"))
                                .build(),
                        best.fallback(fallback).build()));
    }

    private static Variant.Builder far(String address) {
        return Variant.of("far", "objects", Place.CLOUD, Kind.REMOTE, Accuracy.of(0.9))
                .run(0.002, 0.0)
                .wire(12_288, 40)
                .implementation(Map.of(RemoteSpec.URL, address, RemoteSpec.SERVED, "whole", RemoteSpec.WIDTH, "0.75"));
    }

    private static Variant.Builder cut(String address, String wire) {
        Map<String, String> how = new LinkedHashMap<>(level("1.00"));
        how.put(RemoteSpec.CUT, CUT);
        how.put(RemoteSpec.WIRE, wire);
        how.put(RemoteSpec.URL, address);
        how.put(RemoteSpec.SERVED, "rest");
        return Variant.of("cut", "objects", Place.SPLIT, Kind.REMOTE, Accuracy.of(0.9))
                .run(0.001, 0.0)
                .serverSeconds(0.001)
                .implementation(how);
    }

    private static RunAccount run(Catalog c, int requests, RemoteWay way, BooleanSupplier eachRequest) {
        return ScheduleRun.run(
                c,
                new Budgets(null, null, null, 1L << 30, 100),
                Backends.find("cpu"),
                IMAGES,
                null,
                new ScheduleRun.Wish("priced", 1, requests, 100, null, false, 7),
                way,
                CompileListener.SILENT,
                eachRequest);
    }

    private static RunAccount.Line line(RunAccount r, String id) {
        return r.variants().stream().filter(l -> l.id().equals(id)).findFirst().orElseThrow();
    }

    private static void accounted(RunAccount r, int requests) {
        int refused = r.refused().values().stream().mapToInt(Integer::intValue).sum();
        assertThat(r.requests()).isEqualTo(requests);
        assertThat(r.answered() + r.late() + refused).isEqualTo(requests);
        assertThat(r.samples()).hasSize(requests);
        for (RunAccount.Line l : r.variants()) {
            assertThat(l.itself() + l.stoodIn() + l.refused()).as(l.id()).isEqualTo(l.chosen());
        }
        for (RunAccount.Server s : r.servers()) {
            int lost = s.losses().values().stream().mapToInt(Integer::intValue).sum();
            assertThat(s.answered() + lost).isEqualTo(s.asked());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http"})
    void what_is_best_on_a_server_is_served_there(String scheme) {
        try (InferenceServer s = server()) {
            String address = scheme + "://127.0.0.1:" + (scheme.equals("grpc") ? s.grpcPort() : s.httpPort());
            RunAccount r = run(catalog("half", far(address)), 20, RemoteWay.OF_CATALOG, () -> false);
            accounted(r, 20);
            assertThat(line(r, "far").itself()).isEqualTo(20);
            assertThat(r.answered()).isEqualTo(20);
            assertThat(r.judged()).as("scores of the server are judged").isEqualTo(20);
            assertThat(r.servers()).hasSize(1);
            assertThat(r.servers().get(0).answered()).isEqualTo(20);
            assertThat(r.servers().get(0).roundTripMillis()).isPositive();
            assertThat(s.answered()).isEqualTo(20);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FP32", "FP16", "INT8"})
    void the_first_layers_run_here_and_the_rest_on_the_server(String wire) {
        try (InferenceServer s = server()) {
            RunAccount r = run(
                    catalog("half", cut("grpc://127.0.0.1:" + s.grpcPort(), wire)),
                    12,
                    RemoteWay.OF_CATALOG,
                    () -> false);
            accounted(r, 12);
            assertThat(line(r, "cut").itself()).isEqualTo(12);
            assertThat(s.answered()).isEqualTo(12);
        }
    }

    @Test
    void a_split_answer_is_that_of_the_whole_level() {
        try (InferenceServer s = server()) {
            RunAccount split = run(
                    catalog(null, cut("grpc://127.0.0.1:" + s.grpcPort(), "FP32")),
                    30,
                    RemoteWay.OF_CATALOG,
                    () -> false);
            Variant.Builder whole = Variant.of("far", "objects", Place.CLOUD, Kind.REMOTE, Accuracy.of(0.9))
                    .implementation(
                            Map.of(RemoteSpec.URL, "grpc://127.0.0.1:" + s.grpcPort(), RemoteSpec.SERVED, "whole"));
            RunAccount there = run(catalog(null, whole), 30, RemoteWay.OF_CATALOG, () -> false);
            assertThat(split.answered()).isEqualTo(30);
            assertThat(split.right()).isEqualTo(there.right());
        }
    }

    /** The way is cut at the twentieth request; ten requests later the losses are known. */
    private static boolean dies(int request, InferenceServer s, Relay way) {
        if (request == 20) {
            for (int i = 0; i < 2000 && s.answered() < 10; i++) {
                LockSupport.parkNanos(10_000_000);
            }
            way.close();
        } else if (request == 30) {
            LockSupport.parkNanos(1_500_000_000L);
        }
        return false;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_server_that_dies_on_the_way_is_stood_in_for_by_the_device(boolean split) {
        try (InferenceServer s = server();
                Relay relay = new Relay(s.grpcPort())) {
            String address = "grpc://127.0.0.1:" + relay.port();
            AtomicInteger asked = new AtomicInteger();
            RunAccount r = run(
                    catalog("half", split ? cut(address, "FP16") : far(address)),
                    40,
                    RemoteWay.OF_CATALOG,
                    () -> dies(asked.incrementAndGet(), s, relay));
            accounted(r, 40);
            assertThat(r.answered()).as("none is lost, none is late").isEqualTo(40);
            RunAccount.Line far = line(r, split ? "cut" : "far");
            assertThat(far.itself()).isBetween(1, 20);
            assertThat(far.stoodIn())
                    .as("those under way, and the first behind")
                    .isPositive();
            assertThat(line(r, "half").itself())
                    .as("then the server is known to be away")
                    .isPositive();
            assertThat(r.notes()).anyMatch(n -> n.contains("can't be reached"));
            assertThat(r.servers().get(0).losses()).isNotEmpty();
        }
    }

    @Test
    void without_a_fallback_what_a_dead_server_loses_is_refused_with_the_reason() {
        try (InferenceServer s = server();
                Relay relay = new Relay(s.grpcPort())) {
            AtomicInteger asked = new AtomicInteger();
            RunAccount r = run(
                    catalog(null, far("grpc://127.0.0.1:" + relay.port())),
                    40,
                    RemoteWay.OF_CATALOG,
                    () -> dies(asked.incrementAndGet(), s, relay));
            accounted(r, 40);
            assertThat(line(r, "far").stoodIn()).isZero();
            assertThat(line(r, "far").refused()).isPositive();
            assertThat(r.refused()).containsOnlyKeys("failed");
        }
    }

    @Test
    void a_server_that_is_not_there_leaves_all_to_the_device() throws IOException {
        int nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = free.getLocalPort();
        }
        RunAccount r = run(catalog("half", far("http://127.0.0.1:" + nobody)), 10, RemoteWay.OF_CATALOG, () -> false);
        accounted(r, 10);
        assertThat(line(r, "half").itself()).isEqualTo(10);
        assertThat(r.servers().get(0).asked()).isZero();
        assertThat(r.servers().get(0).roundTripMillis()).isNaN();
    }

    @Test
    void another_server_can_be_named_in_place_of_the_catalogs() {
        try (InferenceServer s = server()) {
            RunAccount r = run(
                    catalog("half", far("http://nowhere.invalid:8000")),
                    10,
                    new RemoteWay("grpc://127.0.0.1:" + s.grpcPort(), null, null, 0),
                    () -> false);
            assertThat(line(r, "far").itself()).isEqualTo(10);
        }
    }

    @Test
    void what_a_server_can_not_be_asked_is_one_line() {
        try (InferenceServer s = server()) {
            String address = "grpc://127.0.0.1:" + s.grpcPort();
            Variant.Builder unknown =
                    far(address).implementation(Map.of(RemoteSpec.URL, address, RemoteSpec.SERVED, "another"));
            refused("can't be used", catalog("half", unknown));
            refused("a server's address is", catalog("half", far(address)), "ftp://somewhere:1");
            refused(
                    "takes 8192 numbers, but an image here has 3072",
                    catalog(
                            "half",
                            far(address).implementation(Map.of(RemoteSpec.URL, address, RemoteSpec.SERVED, "rest"))));
            refused(
                    "does not say which model",
                    catalog("half", far(address).implementation(Map.of(RemoteSpec.URL, address))));
            refused(
                    "does not say where its server is",
                    catalog("half", far(address).implementation(Map.of())));
            refused(
                    "names its cut",
                    catalog(
                            "half",
                            far(address)
                                    .implementation(Map.of(
                                            RemoteSpec.URL, address, RemoteSpec.SERVED, "rest", RemoteSpec.CUT, CUT))));
            refused("features travel as one of", catalog("half", cut(address, "FP64")));
        }
    }

    private static void refused(String why, Catalog c, String... server) {
        RemoteWay way = server.length == 0 ? RemoteWay.OF_CATALOG : new RemoteWay(server[0], null, null, 0);
        assertThatThrownBy(() -> run(c, 5, way, () -> false))
                .isInstanceOf(UserException.class)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"))
                .hasMessageContaining(why);
    }
}
