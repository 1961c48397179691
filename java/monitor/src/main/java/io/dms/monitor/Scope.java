package io.dms.monitor;

/**
 * What part of a machine a reading is about. Power of the GPU alone is measured on few boards; a figure without its scope
 * can't be compared with any other.
 */
public enum Scope {
    /** The GPU alone. */
    GPU("GPU"),
    /** The CPU cores alone, one of them or all. */
    CPU("CPU"),
    /** CPU and GPU together. */
    CPU_GPU("CPU+GPU"),
    /** CPU, GPU and the vision accelerators on one rail. */
    CPU_GPU_CV("CPU+GPU+CV"),
    /** CPU and the vision accelerators on one rail. */
    CPU_CV("CPU+CV"),
    /** GPU and the rest of the chip on one rail. */
    GPU_SOC("GPU+SOC"),
    /** CPU and the rest of the chip on one rail. */
    CPU_SOC("CPU+SOC"),
    /** The vision accelerators. */
    CV("CV"),
    /** The chip without CPU and GPU. */
    SOC("SOC"),
    /** A whole processor: its cores and what else is on the chip. */
    PACKAGE("package"),
    /** Memory. */
    MEMORY("memory"),
    /** Input and output on the module or the carrier board. */
    IO("I/O"),
    /** The whole module, carrier board not included. */
    MODULE("module"),
    /** Module and carrier board. */
    BOARD("board"),
    /** A part that its label does not tell. */
    UNKNOWN("unknown");

    private final String label;

    Scope(String label) {
        this.label = label;
    }

    /** The name for people and for JSON. */
    public String label() {
        return label;
    }
}
