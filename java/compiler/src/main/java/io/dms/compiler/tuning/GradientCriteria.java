package io.dms.compiler.tuning;

import io.dms.compiler.CompileListener;
import io.dms.compiler.ImportanceCriterion;
import io.dms.model.EnvironmentException;
import java.util.List;
import java.util.ServiceLoader;

/**
 * Importance criteria that need gradients, and so a library that boards don't have. Found through
 * {@link ServiceLoader}.
 */
public interface GradientCriteria {
    /** Names for {@link #named}. */
    List<String> NAMES = List.of("taylor", "taylor-weights");

    /**
     * A criterion by its name.
     *
     * @param name one of {@link #NAMES}
     * @param batches of 64 labelled images that gradients are taken of at most
     * @param listener is told how far it is
     * @throws EnvironmentException if the library can't be loaded here
     */
    ImportanceCriterion named(String name, int batches, CompileListener listener);

    /**
     * Those on the class path.
     *
     * @throws EnvironmentException if there are none
     */
    static GradientCriteria find() {
        return ServiceLoader.load(GradientCriteria.class, GradientCriteria.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new EnvironmentException("criteria " + String.join(" and ", NAMES)
                        + " need libtorch, which this installation leaves out: run ./dms compile out of the source"
                        + " tree, which fetches it (100 MB), or take another criterion"));
    }
}
