package io.dms.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.schedule.sim.PaperCatalog;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Deciding, planning and learning allocate nothing. */
class AllocationTest {
    static final java.util.List<String> NAMES = Schedulers.NAMES;

    @ParameterizedTest
    @FieldSource("NAMES")
    void a_decision_allocates_nothing(String name) {
        DecisionLoop loop = new DecisionLoop(name, new CatalogTable(PaperCatalog.load()));
        loop.run(3000);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        threads.getThreadAllocatedBytes(id);
        long before = threads.getThreadAllocatedBytes(id);
        loop.run(3000);
        // The two readings themselves take some hundred bytes now and then; 3000 requests take none.
        assertThat(threads.getThreadAllocatedBytes(id) - before).isLessThan(1000);
    }
}
