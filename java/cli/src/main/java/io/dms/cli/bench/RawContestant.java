package io.dms.cli.bench;

/** A level as the backend's library alone runs it: the same engine, without DMS's checks and copies. */
final class RawContestant extends Contestant {
    /** Who it is, in tables. */
    static final String NAME = "trtexec-style raw call";

    private final Object engine;
    private final Runnable raw;

    /** @param engine what it shares threads and caches with */
    RawContestant(Object engine, Runnable raw) {
        this.engine = engine;
        this.raw = raw;
    }

    @Override
    Object engine() {
        return engine;
    }

    @Override
    void call() {
        raw.run();
    }
}
