/*
 * Between channels first and channels last by tiles, so that both sides are read and written in runs. The element's way
 * is that of Convert; the host build uses Convert itself.
 */
#ifndef DMS_TRANSPOSE_H
#define DMS_TRANSPOSE_H

#include "launch.h"
#include "moves.h"

namespace dms {

#if defined(__CUDACC__) || defined(DMS_SIMULATED)

constexpr int TILE = 32;
constexpr int TILE_ROWS = 8;

/* Blocks: pixels, channels, images. Threads: TILE x TILE_ROWS. */
__global__ void __launch_bounds__(TILE *TILE_ROWS) transpose_kernel(const Convert m, const int hw) {
    __shared__ float tile[TILE][TILE + 1];
    const int pixel = blockIdx.x * TILE;
    const int channel = blockIdx.y * TILE;
    const int n = blockIdx.z;
    const bool reads_channels = m.x.channels_last != 0;
    for (int j = threadIdx.y; j < TILE; j += TILE_ROWS) {
        const int c = channel + (reads_channels ? threadIdx.x : j);
        const int p = pixel + (reads_channels ? j : threadIdx.x);
        if (c < m.c && p < hw) {
            tile[j][threadIdx.x] = m.x.get(m.x.at(n, c, 0, p));
        }
    }
    __syncthreads();
    for (int j = threadIdx.y; j < TILE; j += TILE_ROWS) {
        const int c = channel + (reads_channels ? j : threadIdx.x);
        const int p = pixel + (reads_channels ? threadIdx.x : j);
        if (c < m.c && p < hw) {
            m.y.put(m.y.at(n, c, 0, p), tile[threadIdx.x][j]);
        }
    }
}

inline int32_t transpose(const Convert &m, int n, int hw, void *stream) {
    const dim3 blocks((hw + TILE - 1) / TILE, (m.c + TILE - 1) / TILE, n);
    if (blocks.y > 65535 || blocks.z > 65535) {
        return each("dms_convert", m, static_cast<int64_t>(n) * m.c * hw, stream);
    }
    start<true>(transpose_kernel, blocks, dim3(TILE, TILE_ROWS), stream, m, hw);
    return cuda_status("dms_convert", cudaGetLastError());
}

#else

inline int32_t transpose(const Convert &m, int n, int hw, void *stream) {
    return each("dms_convert", m, static_cast<int64_t>(n) * m.c * hw, stream);
}

#endif

} // namespace dms

#endif
