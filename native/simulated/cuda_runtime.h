/*
 * Stands in for CUDA's header where device code is run on the CPU: in threads, which wait for each other where the
 * device's would, one block after the other. So the kernels themselves run, with their shared memory
 * and barriers, and the compiler's sanitizers watch them. For tests: it is slow.
 */
#ifndef DMS_SIMULATED_CUDA_RUNTIME_H
#define DMS_SIMULATED_CUDA_RUNTIME_H

#include <functional>

#define __global__
#define __device__
#define __launch_bounds__(...)
/* Blocks follow each other, so that all may have the same memory. */
#define __shared__ static

typedef void *cudaStream_t;
enum cudaError_t { cudaSuccess = 0 };
inline cudaError_t cudaGetLastError() { return cudaSuccess; }

struct dim3 {
    unsigned x;
    unsigned y;
    unsigned z;

    dim3(unsigned wide = 1, unsigned high = 1, unsigned deep = 1) : x(wide), y(high), z(deep) {}
};

extern thread_local dim3 threadIdx;
extern thread_local dim3 blockIdx;

void __syncthreads();

namespace dms {

/*
 * Calls body once for each thread of each block; returns when all have. Threads that wait for each other are one each,
 * others share a few.
 */
void simulate(dim3 blocks, dim3 threads, bool waiting, const std::function<void()> &body);

} // namespace dms

#endif
