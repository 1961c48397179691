package io.dms.cli.monitor;

import io.dms.cli.Console;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.MonitorEvent;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.function.Consumer;

/** Somebody who is shown moments and events, from one thread. */
public interface Viewer {
    /** What is now. */
    void show(Moment moment);

    /** What happened. */
    void event(MonitorEvent event);

    /** Writes JSON lines, the board's first. */
    static Viewer json(PrintWriter out, BoardMonitor monitor) {
        out.println(JsonLines.board(monitor, Instant.now()));
        return of(
                moment -> out.println(JsonLines.sample(moment)),
                event -> out.println(JsonLines.event(event, Instant.now())));
    }

    /** Writes comma-separated values below their head, and events as notes. */
    static Viewer csv(PrintWriter out, BoardMonitor monitor, Console console) {
        out.println(CsvLines.head(monitor));
        return of(moment -> out.println(CsvLines.line(moment)), event -> console.note(event.text()));
    }

    /** Writes a line for each moment, and events as notes. */
    static Viewer plain(Console console) {
        return of(moment -> console.print(PlainLine.of(moment)), event -> console.note(event.text()));
    }

    /** Draws the screen at each moment; events appear on it. */
    static Viewer live(LiveTerminal terminal, Screen screen) {
        return of(
                moment -> terminal.draw(screen.lines(moment, terminal.columns(), terminal.rows())),
                event -> screen.event(event.text()));
    }

    private static Viewer of(Consumer<Moment> show, Consumer<MonitorEvent> event) {
        return new Viewer() {
            @Override
            public void show(Moment moment) {
                show.accept(moment);
            }

            @Override
            public void event(MonitorEvent e) {
                event.accept(e);
            }
        };
    }
}
