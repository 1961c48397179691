package io.dms.robotics.source;

import io.dms.model.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Opens sources by their description:
 *
 * <ul>
 *   <li>{@code synthetic:30}, {@code synthetic:30,poisson}, {@code synthetic:30,burst=4}
 *   <li>{@code folder:DIR}, {@code folder:DIR@30}
 *   <li>{@code video:FILE}, {@code video:FILE@30}: through {@code ffmpeg}
 *   <li>{@code camera}, {@code camera:/dev/video1}: through {@code ffmpeg} (Video4Linux); {@code camera:csi0}: through
 *       {@code gst-launch-1.0} ({@code nvarguscamerasrc} of Jetson boards)
 * </ul>
 */
public final class Sources {
    /** The forms, for people. */
    public static final String FORMS =
            "synthetic:FPS[,poisson|,burst=N], folder:DIR[@FPS], video:FILE[@FPS]," + " camera[:/dev/videoN|:csiN]";

    private static final double DEFAULT_RATE = 30;
    private static final String FFMPEG = "sudo apt install ffmpeg";
    private static final Pattern SYNTHETIC = Pattern.compile("([^,]+)(?:,(?:(poisson)|burst=(\\d{1,3})))?");
    private static final Pattern AT_RATE = Pattern.compile("(.+)@([\\d.]+(?:fps)?)");
    private static final Pattern CSI = Pattern.compile("csi:?(\\d{0,2})");

    private Sources() {}

    /**
     * Opens a source.
     *
     * @throws UserException if the description can't be read, or names what is not there
     * @throws io.dms.model.EnvironmentException if a program is missing
     */
    public static FrameSource open(String description, SourceOptions options) {
        int colon = description.indexOf(':');
        String kind = (colon < 0 ? description : description.substring(0, colon)).toLowerCase(Locale.ROOT);
        String rest = colon < 0 ? "" : description.substring(colon + 1);
        return switch (kind) {
            case "synthetic" -> synthetic(rest, options);
            case "folder" -> folder(rest, options);
            case "video" -> video(rest, images(options, "a video"));
            case "camera" -> camera(rest, images(options, "a camera"));
            default -> throw new UserException("there is no source \"" + description + "\"; there are: " + FORMS);
        };
    }

    private static SourceOptions images(SourceOptions options, String what) {
        if (options.batch() != 1) {
            throw new UserException(what + " gives one image at a time: use --batch 1, not " + options.batch());
        }
        return rgb(options, what);
    }

    private static SourceOptions rgb(SourceOptions options, String what) {
        if (options.elements() != 3 * options.height() * options.width()) {
            throw new UserException(what + " gives RGB images, and the model takes something else: use synthetic:FPS");
        }
        return options;
    }

    private static FrameSource synthetic(String rest, SourceOptions options) {
        Matcher m = SYNTHETIC.matcher(rest.isEmpty() ? Rates.text(DEFAULT_RATE) : rest);
        if (!m.matches() || (m.group(3) != null && Integer.parseInt(m.group(3)) < 1)) {
            throw new UserException(
                    "a synthetic source is synthetic:FPS, synthetic:FPS,poisson or synthetic:FPS,burst=N: \"synthetic:"
                            + rest + "\"");
        }
        double rate = Rates.parse(m.group(1), "a synthetic source");
        SyntheticSource.Arrivals arrivals = m.group(2) != null
                ? SyntheticSource.Arrivals.POISSON
                : m.group(3) != null ? SyntheticSource.Arrivals.BURST : SyntheticSource.Arrivals.EVEN;
        int group = m.group(3) == null ? 1 : Integer.parseInt(m.group(3));
        return new SyntheticSource(rate, arrivals, group, options, System::nanoTime);
    }

    private static FrameSource folder(String rest, SourceOptions options) {
        Path whole = Path.of(rest);
        Matcher m = AT_RATE.matcher(rest);
        boolean rated = !Files.exists(whole) && m.matches();
        double rate = rated ? Rates.parse(m.group(2), "a folder") : DEFAULT_RATE;
        FolderFeed feed = new FolderFeed(rated ? Path.of(m.group(1)) : whole, rgb(options, "a folder"));
        return new PrefetchedSource(feed, rate, false, options.batch() * options.elements());
    }

    private static FrameSource video(String rest, SourceOptions options) {
        Path whole = Path.of(rest);
        Matcher m = AT_RATE.matcher(rest);
        boolean rated = !Files.exists(whole) && m.matches();
        Path file = rated ? Path.of(m.group(1)) : whole;
        if (rest.isEmpty() || !Files.isRegularFile(file)) {
            throw new UserException("there is no video " + file + ": check the name");
        }
        Double own = rated ? null : VideoRate.of(file, options.tools());
        double rate = rated ? Rates.parse(m.group(2), "a video") : own == null ? DEFAULT_RATE : own;
        List<String> command = List.of(
                "ffmpeg",
                "-hide_banner",
                "-loglevel",
                "error",
                "-nostdin",
                "-i",
                file.toString(),
                "-an",
                "-sn",
                "-vf",
                scale(options),
                "-f",
                "rawvideo",
                "-pix_fmt",
                "rgb24",
                "pipe:1");
        PipeFeed.Program program = new PipeFeed.Program("video " + file, command, FFMPEG, 3 * options.width(), false);
        return new PrefetchedSource(new PipeFeed(program, options), rate, false, options.elements());
    }

    private static String scale(SourceOptions options) {
        return "scale=" + options.width() + ":" + options.height() + ":flags=area";
    }

    private static FrameSource camera(String rest, SourceOptions options) {
        Matcher csi = CSI.matcher(rest);
        PipeFeed.Program program = csi.matches()
                ? csi(csi.group(1).isEmpty() ? "0" : csi.group(1), options)
                : v4l2(rest.isEmpty() ? "/dev/video0" : rest, options);
        return new PrefetchedSource(new PipeFeed(program, options), Double.NaN, true, options.elements());
    }

    private static PipeFeed.Program v4l2(String device, SourceOptions options) {
        if (options.tools() == null && !Files.exists(Path.of(device))) {
            throw new UserException("there is no camera " + device
                    + ": plug one in, or name another as camera:/dev/videoN" + " or camera:csi0");
        }
        List<String> command = List.of(
                "ffmpeg",
                "-hide_banner",
                "-loglevel",
                "error",
                "-nostdin",
                "-fflags",
                "nobuffer",
                "-f",
                "v4l2",
                "-i",
                device,
                "-an",
                "-vf",
                scale(options),
                "-f",
                "rawvideo",
                "-pix_fmt",
                "rgb24",
                "pipe:1");
        return new PipeFeed.Program("camera " + device, command, FFMPEG, 3 * options.width(), true);
    }

    /** GStreamer pads each row of raw RGB to a multiple of four bytes. */
    private static PipeFeed.Program csi(String sensor, SourceOptions options) {
        List<String> command = List.of(
                "gst-launch-1.0",
                "-q",
                "nvarguscamerasrc",
                "sensor-id=" + sensor,
                "!",
                "video/x-raw(memory:NVMM),width=1280,height=720,framerate=30/1",
                "!",
                "nvvidconv",
                "!",
                "video/x-raw,format=BGRx,width=" + options.width() + ",height=" + options.height(),
                "!",
                "videoconvert",
                "!",
                "video/x-raw,format=RGB",
                "!",
                "fdsink",
                "fd=1",
                "sync=false");
        String install = "sudo apt install gstreamer1.0-tools; nvarguscamerasrc comes with JetPack";
        return new PipeFeed.Program("camera csi" + sensor, command, install, (3 * options.width() + 3) / 4 * 4, true);
    }

    /** How a source's options follow from a network's input. */
    public static SourceOptions options(
            io.dms.model.ScalableModel model, int batch, long seed, boolean endless, @Nullable Path tools) {
        return SourceShapes.options(model, batch, seed, endless, tools);
    }
}
