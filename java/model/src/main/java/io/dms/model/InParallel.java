package io.dms.model;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The same work on many things of very different sizes, such as the weights of a network: whoever is free takes the next.
 * The caller works, too, and Java's common pool helps as far as it has threads to spare. A parallel stream would deal the
 * things out beforehand, half of a network's weights being in its last few tensors.
 */
public final class InParallel {
    private InParallel() {}

    /**
     * Returns when all is done; what the work writes is then visible to the caller.
     *
     * @param things taken in this order, so the largest should not come last
     * @param work runs on several threads at a time; what it throws is thrown here, after which things may be left undone
     */
    public static <T> void each(List<T> things, Consumer<? super T> work) {
        AtomicInteger next = new AtomicInteger();
        Runnable turns = () -> {
            for (int i = next.getAndIncrement(); i < things.size(); i = next.getAndIncrement()) {
                work.accept(things.get(i));
            }
        };
        List<ForkJoinTask<?>> helpers = new ArrayList<>();
        for (int n = Math.min(things.size() - 1, ForkJoinPool.getCommonPoolParallelism()); n > 0; n--) {
            helpers.add(ForkJoinPool.commonPool().submit(turns));
        }
        try {
            turns.run();
        } finally {
            next.set(things.size());
            helpers.forEach(ForkJoinTask::quietlyJoin);
        }
        helpers.forEach(ForkJoinTask::join);
    }
}
