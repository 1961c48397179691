package io.dms.schedule.catalog;

import io.dms.model.ModelException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What requests ask for.
 *
 * @param id unique among tasks
 * @param description for people, or null
 * @param input tasks of one input look at the same frames, so that what they share runs once for all of them
 * @param deadlineSeconds from a request's arrival to its answer, or null for none
 * @param contexts in which accuracies were measured apart
 */
public record Task(
        String id,
        @Nullable String description,
        String input,
        @Nullable Double deadlineSeconds,
        List<Context> contexts) {
    /**
     * A stretch of time in which a few classes make up most of a stream.
     *
     * @param name unique in its task
     * @param classes how many classes
     * @param share of what is seen that is of these classes, above 0 and at most 1
     * @param members their names, or none where nobody named them
     */
    public record Context(String name, int classes, double share, List<String> members) {
        /** @throws ModelException if it contradicts itself */
        public Context {
            members = List.copyOf(members);
            if (classes < 1) {
                throw new ModelException("context " + name + ": classes must be at least 1, but are " + classes);
            }
            if (!(share > 0 && share <= 1)) {
                throw new ModelException("context " + name + ": share must be above 0 and at most 1, but is " + share);
            }
            if (!members.isEmpty() && members.size() != classes) {
                throw new ModelException("context " + name + " contradicts itself: it has " + classes
                        + " classes and names " + members.size());
            }
        }
    }

    /** @throws ModelException if it contradicts itself */
    public Task {
        contexts = List.copyOf(contexts);
        if (deadlineSeconds != null && !(deadlineSeconds > 0 && deadlineSeconds < Double.POSITIVE_INFINITY)) {
            throw new ModelException("task " + id + ": deadline must be above 0 s, but is " + deadlineSeconds);
        }
        Set<String> names = new HashSet<>();
        for (Context c : contexts) {
            if (!names.add(c.name())) {
                throw new ModelException("task " + id + " has two contexts " + c.name());
            }
        }
    }

    /** A task of its own input, without contexts. */
    public static Task of(String id) {
        return new Task(id, null, id, null, List.of());
    }
}
