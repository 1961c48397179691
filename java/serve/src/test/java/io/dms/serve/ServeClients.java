package io.dms.serve;

import io.dms.serve.client.InferenceClient;
import io.dms.serve.protocol.InferRequest;
import io.dms.serve.protocol.TensorData;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * The clients of {@link ServeThroughput}, in a process of their own: what they take of the machine is then told apart from
 * what the server takes. Each line {@code MODEL SECONDS} on standard input is a turn; the answer is a line of
 * {@code CALLS SECONDS CPU_SECONDS COMPILE_SECONDS}.
 */
public final class ServeClients implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final BufferedReader said;
    private final Writer told;

    /** Starts the process; the server is there already. */
    ServeClients(String address, String input, long[] shape, int clients) throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServeClients.class.getName(),
                        address,
                        input,
                        Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining("x")),
                        Integer.toString(clients))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        said = process.inputReader(StandardCharsets.UTF_8);
        told = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** What the clients did in a turn. */
    record Turn(long calls, double seconds, double cpuSeconds, double compileSeconds) {}

    /** Has all clients call a model, one request after the other, for so long. */
    Turn run(String model, double seconds) throws IOException {
        told.write(model + " " + seconds + "\n");
        told.flush();
        String line = said.readLine();
        if (line == null) {
            throw new IOException("the clients' process has ended");
        }
        String[] parts = line.split(" ", -1);
        return new Turn(
                Long.parseLong(parts[0]),
                Double.parseDouble(parts[1]),
                Double.parseDouble(parts[2]),
                Double.parseDouble(parts[3]));
    }

    @Override
    public void close() throws IOException {
        told.close();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroy();
        }
    }

    /** The child: address, input, shape as {@code 1x3x32x32}, clients. */
    public static void main(String[] args) throws Exception {
        long[] shape =
                Arrays.stream(args[2].split("x", -1)).mapToLong(Long::parseLong).toArray();
        int elements = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
        TensorData tensor = TensorData.ofFloats(args[1], shape, new float[elements]);
        int clients = Integer.parseInt(args[3]);
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try (InferenceClient client = InferenceClient.of(args[0]);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] asked = line.split(" ", -1);
                InferRequest request = InferRequest.of(asked[0], Map.of(), tensor);
                System.out.println(turn(client, request, threads, clients, Double.parseDouble(asked[1])));
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            threads.shutdownNow();
        }
    }

    private static String turn(
            InferenceClient client, InferRequest request, ExecutorService threads, int clients, double seconds)
            throws InterruptedException, ExecutionException {
        double cpu = ServeThroughput.cpuSeconds();
        double compiled = ServeThroughput.compileSeconds();
        long begin = System.nanoTime();
        long until = begin + (long) (seconds * 1e9);
        Callable<Long> one = () -> {
            long calls = 0;
            for (; System.nanoTime() < until; calls++) {
                client.infer(request, PATIENCE);
            }
            return calls;
        };
        List<Callable<Long>> all = new ArrayList<>();
        for (int k = 0; k < clients; k++) {
            all.add(one);
        }
        long calls = 0;
        for (Future<Long> f : threads.invokeAll(all)) {
            calls += f.get();
        }
        double spent = (System.nanoTime() - begin) / 1e9;
        return calls + " " + spent + " " + (ServeThroughput.cpuSeconds() - cpu) + " "
                + (ServeThroughput.compileSeconds() - compiled);
    }
}
