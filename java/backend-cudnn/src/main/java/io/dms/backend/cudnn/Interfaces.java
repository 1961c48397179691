package io.dms.backend.cudnn;

/**
 * How many layers of a prepared level each interface computes.
 *
 * @param legacy convolutions by cuDNN's legacy interface
 * @param graph convolutions by plans of cuDNN's graph interface
 * @param products 1x1 convolutions and linear layers by cuBLAS
 * @param fused 1x1 convolutions and linear layers by cuBLASLt
 */
public record Interfaces(int legacy, int graph, int products, int fused) {
    /** As in {@code 3 legacy, 17 graph, 13 products, 20 cublasLt}. */
    @Override
    public String toString() {
        return legacy + " legacy, " + graph + " graph, " + products + " products, " + fused + " cublasLt";
    }
}
