package io.dms.schedule.shared;

import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.Session;
import io.dms.schedule.special.FeatureExtractor;
import io.dms.schedule.special.LinearHead;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A trunk at one of its levels and the heads of several tasks on it. The trunk runs once per frame, at a level that
 * serves all heads: a task brings a head for every level, some KiB each. A head is added to a running trunk without
 * stopping it. Not thread-safe; the session belongs to the caller.
 */
public final class SharedTrunk {
    private final Session session;
    private final Router router = new Router();
    private final int trunk;
    private final List<WidthLevel> levels;
    private final List<Map<WidthLevel, LinearHead>> heads = new ArrayList<>();
    private final List<Integer> parts = new ArrayList<>();
    private final List<String> tasks = new ArrayList<>();
    private WidthLevel level;

    /**
     * @param session of a model whose only output are features, batch 1
     * @param levels that it may run at, the first one now
     */
    public SharedTrunk(Session session, List<WidthLevel> levels) {
        if (session.options().batch() != 1 || levels.isEmpty()) {
            throw new UserException("a shared trunk runs one frame at a time, at one of at least one level");
        }
        this.session = session;
        this.levels = List.copyOf(levels);
        this.level = levels.get(0);
        levels.forEach(session::prepare);
        int features =
                Math.toIntExact(session.model().graph().outputs().get(0).shape().elements());
        this.trunk = router.add("trunk", null, (in, out) -> session.run(level, in, out), features);
    }

    /**
     * Adds a task.
     *
     * @param byLevel its head for each level of the trunk
     * @return its number
     * @throws UserException if a level has no head, or one that reads other features than the trunk gives there
     */
    public int add(String task, Map<WidthLevel, LinearHead> byLevel) {
        int rows = 0;
        for (WidthLevel l : levels) {
            LinearHead h = byLevel.get(l);
            int dims = FeatureExtractor.dims(session, l);
            if (h == null || h.dims() != dims) {
                throw new UserException("task " + task + " needs a head of " + dims + " features for level " + l.name()
                        + (h == null ? "" : ", not of " + h.dims()));
            }
            rows = Math.max(rows, h.rows());
        }
        Map<WidthLevel, LinearHead> own = new IdentityHashMap<>(byLevel);
        int part = router.add(
                "task " + task,
                "trunk",
                (in, out) -> Objects.requireNonNull(own.get(level)).scores(in, 0, out),
                rows);
        heads.add(own);
        parts.add(part);
        tasks.add(task);
        return heads.size() - 1;
    }

    /** Changes the level, for all tasks, from the next answer on. */
    public void level(WidthLevel next) {
        if (levels.stream().noneMatch(l -> l == next)) {
            throw new UserException("the trunk does not run at level " + next.name());
        }
        if (level != next) {
            level = next;
            router.again();
        }
    }

    /** The level now. */
    public WidthLevel level() {
        return level;
    }

    /** Takes a new frame. */
    public void next(FloatBuffer frame) {
        router.next(frame);
    }

    /**
     * The scores of a task for this frame; runs the trunk where no other task has asked yet.
     *
     * @param task number from {@link #add}
     * @return valid until the next frame
     */
    public FloatBuffer scores(int task) {
        return router.run(parts.get(task));
    }

    /** The class with the highest score of a task for this frame, as its head names it. */
    public int classify(int task) {
        return Objects.requireNonNull(heads.get(task).get(level)).classify(router.run(trunk), 0);
    }

    /** How often the trunk has run. */
    public long trunkRuns() {
        return router.runs(trunk);
    }

    /** Bytes of a task's heads, over all levels. */
    public long headBytes(int task) {
        return heads.get(task).values().stream().mapToLong(LinearHead::bytes).sum();
    }

    /** The tasks, in the order in which they were added. */
    public List<String> tasks() {
        return List.copyOf(tasks);
    }
}
