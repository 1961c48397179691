package io.dms.serve;

import java.io.IOException;
import java.time.Duration;

/**
 * The figures of docs/measurements/serve.md: deaths, stalls, resets, closes and garbage in the middle of requests over the
 * loopback.
 *
 * <p>Arguments: how many faults of each transport (default 500), the seed (1).
 */
public final class FaultStudy {
    private FaultStudy() {}

    /** Runs it. */
    public static void main(String[] args) throws IOException {
        int faults = args.length > 0 ? Integer.parseInt(args[0]) : 500;
        long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        for (String scheme : new String[] {"grpc", "http"}) {
            FaultRun.Report r = FaultRun.run(scheme, faults, seed, Duration.ofMillis(300));
            System.out.println(scheme + ": " + r);
            r.wrong.forEach(System.out::println);
        }
    }
}
