package io.dms.backend.tensorrt;

/**
 * Version of the TensorRT library that is loaded.
 *
 * @param build the fourth number, -1 where the library does not tell it (before TensorRT 10)
 */
record NvInferVersion(int major, int minor, int patch, int build) {
    private static final int TEN = 100_000;

    /**
     * From what {@code getInferLibVersion} gives: 8.5.2 is 8502, 10.3.0 is 100300, since a major version counted 1000
     * before TensorRT 10 and counts 10000 from there on.
     */
    static NvInferVersion of(int number, int build) {
        int unit = number >= TEN ? 10_000 : 1_000;
        return new NvInferVersion(number / unit, number % unit / 100, number % 100, build);
    }

    /** True where tensors are bound by name, which every 10 does and presets before it can't. */
    boolean named() {
        return major >= 10;
    }

    boolean atLeast(int major, int minor) {
        return this.major > major || (this.major == major && this.minor >= minor);
    }

    /** As NVIDIA writes it: {@code 10.3.0.30}, {@code 8.5.2}. */
    @Override
    public String toString() {
        String three = major + "." + minor + "." + patch;
        return build < 0 ? three : three + "." + build;
    }
}
