package io.dms.cli;

import org.jspecify.annotations.Nullable;

/** Progress of work that goes through stages, one bar after the other. Not thread-safe. */
final class Stages implements AutoCloseable {
    /** Thrown out of the work when a person asked to stop. */
    static final class Cancelled extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Cancelled() {
            super("interrupted", null, false, false);
        }
    }

    private final Console console;
    private @Nullable Progress progress;
    private @Nullable String stage;

    Stages(Console console) {
        this.console = console;
    }

    /** @throws Cancelled if a person asked to stop */
    void at(String stage, long done, long total) {
        if (console.cancelled()) {
            throw new Cancelled();
        }
        if (!stage.equals(this.stage)) {
            close();
            this.stage = stage;
            progress = console.progress(stage, unit(stage), total);
        }
        if (progress != null) {
            progress.at(done);
        }
    }

    private static String unit(String stage) {
        if (stage.startsWith("search")) {
            return "steps";
        }
        return stage.startsWith("accuracy") || stage.startsWith("features") ? "images" : "layers";
    }

    @Override
    public void close() {
        if (progress != null) {
            progress.close();
            progress = null;
        }
    }
}
