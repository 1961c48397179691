package io.dms.monitor.actuate;

import io.dms.model.EnvironmentException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Sets one setting in the way that it is reached by. */
final class Writer {
    private static final long PATIENCE_SECONDS = 20;

    private final ActuatorOptions options;

    Writer(ActuatorOptions options) {
        this.options = options;
    }

    /**
     * Sets a value.
     *
     * @param file the kernel's file, where the way is by file
     */
    void set(Setting setting, @Nullable Path file, long value) {
        Setting.Way way = setting.way();
        if (way == null) {
            throw new EnvironmentException("can't set " + setting.name() + ": " + setting.cure());
        }
        switch (way) {
            case FILE -> write(setting, file, value);
            case HELPER -> run(options.helper(), "set", setting.name(), Long.toString(value));
            case NVPMODEL -> run(options.nvpmodel(), "-m", Long.toString(value));
        }
    }

    private static void write(Setting setting, @Nullable Path file, long value) {
        if (file == null) {
            throw new EnvironmentException("can't set " + setting.name() + ": its file is gone");
        }
        try {
            Files.writeString(file, value + "\n", StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        } catch (IOException e) {
            throw new EnvironmentException(
                    "the kernel refused " + value + " for " + file + ": " + e.getMessage()
                            + "; a minimum may not be above its maximum",
                    e);
        }
    }

    private static void run(List<String> program, String... arguments) {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(arguments));
        String shown = String.join(" ", command);
        Path said = null;
        try {
            said = Files.createTempFile("dms-actuate", ".txt");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            // A tool that asks gets no answer, which means no.
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new EnvironmentException(shown + " did not end in " + PATIENCE_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                String text = Files.readString(said, StandardCharsets.UTF_8).strip();
                throw new EnvironmentException(shown + " failed: "
                        + (text.isEmpty() ? "status " + process.exitValue() : text.replaceAll("\\s*\\R\\s*", " "))
                        + hint(text));
            }
        } catch (IOException e) {
            throw new EnvironmentException("can't run " + shown + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EnvironmentException(shown + " was interrupted", e);
        } finally {
            delete(said);
        }
    }

    private static String hint(String text) {
        return text.contains("password") ? "; run \"sudo jetson-setup/setup permissions\" and log in anew" : "";
    }

    private static void delete(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // a temporary file stays behind: nobody is hurt
        }
    }
}
