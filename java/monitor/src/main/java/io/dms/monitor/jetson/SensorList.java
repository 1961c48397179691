package io.dms.monitor.jetson;

import io.dms.monitor.Quantity;
import io.dms.monitor.Scope;
import io.dms.monitor.Sensor;
import io.dms.monitor.SensorFile;
import io.dms.monitor.SystemFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Collects sensors and what reads them while a board is explored. */
final class SensorList {
    private final SystemFiles files;
    private final Function<Path, SensorFile> opener;
    private final List<Sensor> sensors = new ArrayList<>();
    private final List<Probe> probes = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private final Map<String, Integer> powerRails = new HashMap<>();

    /**
     * @param files the tree that is explored
     * @param opener makes the reader of a file, {@code SensorFile::new} outside tests
     */
    SensorList(SystemFiles files, Function<Path, SensorFile> opener) {
        this.files = files;
        this.opener = opener;
    }

    SystemFiles files() {
        return files;
    }

    /** The reader of a file. */
    SensorFile open(Path path) {
        return opener.apply(path);
    }

    /** A path below the root as it is on the board, for people. */
    String origin(Path path) {
        return path.startsWith(files.root()) ? "/" + files.root().relativize(path) : path.toString();
    }

    /** A name that no sensor has yet: this one, or this one with a number. */
    String unique(String name) {
        String free = name;
        for (int n = 2; names.contains(free); n++) {
            free = name + "#" + n;
        }
        return free;
    }

    /** Adds a sensor and gives its index. Its name must be unique. */
    int add(String name, Quantity quantity, Scope scope, long intervalNanos, String origin) {
        if (!names.add(name)) {
            throw new IllegalStateException("two sensors named " + name);
        }
        sensors.add(new Sensor(name, quantity, scope, intervalNanos, origin));
        return sensors.size() - 1;
    }

    /** Adds a sensor that is one file's number times a factor, believed between two bounds. */
    void addFile(String name, Quantity quantity, Scope scope, Path path, double factor, double least, double most) {
        int index = add(name, quantity, scope, 0, origin(path));
        add(new NumberProbe(open(path), index, factor, least, most));
    }

    /** Adds what reads sensors that were added. */
    void add(Probe probe) {
        probes.add(probe);
    }

    /** Notes the sensor that is a rail's power. */
    void rail(String label, int index) {
        powerRails.putIfAbsent(label, index);
    }

    /** The sensors that are rails' power, by label. */
    Map<String, Integer> rails() {
        return powerRails;
    }

    List<Sensor> sensors() {
        return List.copyOf(sensors);
    }

    List<Probe> probes() {
        return List.copyOf(probes);
    }
}
