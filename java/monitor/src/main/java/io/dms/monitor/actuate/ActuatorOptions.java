package io.dms.monitor.actuate;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an actuator reaches a machine.
 *
 * @param permit whether anything may be changed at all; off by default
 * @param root where {@code /} is: another folder for tests
 * @param stateFolder where the values from before are kept; made when needed
 * @param helper the command of the privileged helper, to which {@code set NAME VALUE} is added; empty for none
 * @param nvpmodel the command that sets a power mode where this process may, to which {@code -m ID} is added; empty for
 *     none
 */
public record ActuatorOptions(boolean permit, Path root, Path stateFolder, List<String> helper, List<String> nvpmodel) {
    /** Where {@code jetson-setup} puts the helper. */
    public static final Path HELPER = Path.of("/usr/local/libexec/dms/dms-actuate");

    private static final Path NVPMODEL = Path.of("/usr/sbin/nvpmodel");

    /** Copies the lists. */
    public ActuatorOptions {
        helper = List.copyOf(helper);
        nvpmodel = List.copyOf(nvpmodel);
    }

    /** This machine, with the helper where it is installed; changes nothing unless {@link #permit(boolean)} says so. */
    public static ActuatorOptions defaults() {
        boolean root = "root".equals(System.getProperty("user.name"));
        return new ActuatorOptions(
                false,
                Path.of("/"),
                stateFolder(System.getenv("XDG_STATE_HOME")),
                !root && Files.isExecutable(HELPER) ? List.of("sudo", "-n", HELPER.toString()) : List.of(),
                root && Files.isExecutable(NVPMODEL) ? List.of(NVPMODEL.toString()) : List.of());
    }

    /** {@code $XDG_STATE_HOME/dms}, by default below {@code ~/.local/state}. */
    static Path stateFolder(@Nullable String variable) {
        boolean set = variable != null && Path.of(variable).isAbsolute();
        Path base = set ? Path.of(variable) : Path.of(System.getProperty("user.home"), ".local", "state");
        return base.resolve("dms");
    }

    /** These options with the switch on or off. */
    public ActuatorOptions permit(boolean permit) {
        return new ActuatorOptions(permit, root, stateFolder, helper, nvpmodel);
    }

    /** These options for another tree, which this machine's helper and tools do not reach. */
    public ActuatorOptions withRoot(Path root) {
        return new ActuatorOptions(permit, root, stateFolder, List.of(), List.of());
    }

    /** These options with another folder of state. */
    public ActuatorOptions withStateFolder(Path stateFolder) {
        return new ActuatorOptions(permit, root, stateFolder, helper, nvpmodel);
    }

    /** These options with another helper. */
    public ActuatorOptions withHelper(List<String> helper) {
        return new ActuatorOptions(permit, root, stateFolder, helper, nvpmodel);
    }

    /** These options with another command for power modes. */
    public ActuatorOptions withNvpmodel(List<String> nvpmodel) {
        return new ActuatorOptions(permit, root, stateFolder, helper, nvpmodel);
    }
}
