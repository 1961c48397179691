package io.dms.robotics.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rate of a video, asked of {@code ffprobe}, which comes with {@code ffmpeg}. */
final class VideoRate {
    private static final Pattern RATIO = Pattern.compile("(\\d{1,9})/(\\d{1,9})");

    private VideoRate() {}

    /** Frames each second, or null where the file does not say. */
    static @Nullable Double of(Path file, @Nullable Path tools) {
        List<String> command = List.of(
                "ffprobe",
                "-v",
                "error",
                "-select_streams",
                "v:0",
                "-show_entries",
                "stream=avg_frame_rate",
                "-of",
                "csv=p=0",
                file.toString());
        try (ChildProcess probe = ChildProcess.start(tools, "sudo apt install ffmpeg", command)) {
            String text = new String(probe.output().readNBytes(1024), StandardCharsets.UTF_8);
            Matcher m = RATIO.matcher(text);
            if (!m.find() || Long.parseLong(m.group(2)) == 0) {
                return null;
            }
            double rate = Double.parseDouble(m.group(1)) / Long.parseLong(m.group(2));
            return rate > 0 && rate <= 1000 ? rate : null;
        } catch (IOException e) {
            return null;
        }
    }
}
