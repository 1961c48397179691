package io.dms.monitor.actuate;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A process that caps clocks and then does nothing until it is ended. Arguments: root, folder. */
final class Capper {
    private Capper() {}

    public static void main(String[] args) throws InterruptedException {
        Actuator actuator = Actuator.open(Orin.options(Path.of(args[0]), Path.of(args[1])));
        actuator.powerMode(3);
        actuator.capGpu(306_000_000);
        actuator.set("gpu.min", 306_000_000);
        actuator.capCpu(1_000_000);
        System.out.println("capped");
        new CountDownLatch(1).await();
    }
}
