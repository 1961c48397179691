package io.dms.control.sim;

/** How fast each frame in service advances, by the board's way of sharing. */
final class Shared {
    private final BoardModel board;
    private final Weather weather;
    private Stream[] streams = {};

    Shared(BoardModel board, Weather weather) {
        this.board = board;
        this.weather = weather;
    }

    void streams(Stream[] all) {
        streams = all;
    }

    /** Speed of an application's frame of this level among those in service, 1 where it is alone. */
    double speed(Stream s, int level) {
        double pressure = weather.coRunner();
        int threads = s.work.threads;
        for (Stream other : streams) {
            if (other != s) {
                pressure += other.pressure();
                threads += other.threads();
            }
        }
        return 1 / slowdown(s, pressure, threads);
    }

    /** Sets the speeds of all frames in service. */
    void settle(long now) {
        double pressure = weather.coRunner();
        int threads = 0;
        Stream first = null;
        for (Stream s : streams) {
            if (s.active) {
                pressure += s.pressure();
                threads += s.threads();
                if (first == null || s.sequence < first.sequence) {
                    first = s;
                }
            }
        }
        for (Stream s : streams) {
            if (s.active) {
                boolean waits = board.sharing() == Sharing.QUEUED && s != first;
                s.speed(now, waits ? 0 : 1 / slowdown(s, pressure - s.pressure(), threads));
            }
        }
    }

    private double slowdown(Stream s, double others, int threads) {
        double demand = (threads + weather.cpuThreads()) / board.cores();
        return switch (board.sharing()) {
            case CORES -> Math.max(1, demand + weather.coRunner());
            case QUEUED -> (1 + board.interference() * weather.coRunner()) * host(demand);
            case SLICED -> (1 + s.app.sensitivity() * board.interference() * others) * host(demand);
        };
    }

    /** Only the share of a frame that does not run on the accelerator waits for a core. */
    private double host(double demand) {
        return demand <= 1 ? 1 : 1 + board.clockless() * (demand - 1);
    }
}
