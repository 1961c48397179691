/* Launches on the device. */
#ifndef DMS_LAUNCH_CUDA_H
#define DMS_LAUNCH_CUDA_H

#include <cuda_runtime.h>

#include "status.h"

namespace dms {

/* Turns a cudaError_t into a status with a text; DMS_OK for cudaSuccess. */
int32_t cuda_status(const char *function, cudaError_t error);

/*
 * Forgets an error that a library left behind which did not matter to it: cudaGetLastError() behind a launch would take
 * it for the launch's own. One that the device does not survive is told by the launch again.
 */
inline void forget() { cudaGetLastError(); }

/*
 * Starts a kernel; on the CPU, where it is simulated, at once or once for each replay. WAITING: whether the threads of a
 * block wait for each other, which the device need not be told.
 */
#if defined(__CUDACC__)
template <bool WAITING, class... Parameters, class... Arguments>
void start(void (*kernel)(Parameters...), dim3 blocks, dim3 threads, void *stream, const Arguments &...arguments) {
    forget();
    kernel<<<blocks, threads, 0, static_cast<cudaStream_t>(stream)>>>(arguments...);
}
#else
template <bool WAITING, class... Parameters, class... Arguments>
void start(void (*kernel)(Parameters...), dim3 blocks, dim3 threads, void *stream, const Arguments &...arguments) {
    run(stream, [=] { simulate(blocks, threads, WAITING, [=] { kernel(arguments...); }); });
}
#endif

constexpr int THREADS = 256;

template <class Body>
__global__ void __launch_bounds__(THREADS) each_kernel(const Body body, const int64_t count) {
    const int64_t i = static_cast<int64_t>(blockIdx.x) * THREADS + threadIdx.x;
    if (i < count) {
        body(i);
    }
}

template <class Body>
int32_t each(const char *function, const Body &body, int64_t count, void *stream) {
    const int64_t blocks = (count + THREADS - 1) / THREADS;
    if (blocks > 2147483647) {
        return fail(DMS_UNSUPPORTED, 0, "%s: too many elements for one launch", function);
    }
    start<false>(each_kernel<Body>, static_cast<unsigned>(blocks), THREADS, stream, body, count);
    return cuda_status(function, cudaGetLastError());
}

/* The threads of a block, which share one row. All of them call all, and every thread gets the result. */
template <int N>
struct BlockTeam {
    __device__ int lane() const { return threadIdx.x; }
    __device__ int lanes() const { return N; }

    template <class T, class Combine>
    __device__ T all(T value, Combine combine) const {
        __shared__ T shared[N];
        shared[threadIdx.x] = value;
        __syncthreads();
#pragma unroll
        for (int step = N / 2; step > 0; step /= 2) {
            if (threadIdx.x < step) {
                shared[threadIdx.x] = combine(shared[threadIdx.x], shared[threadIdx.x + step]);
            }
            __syncthreads();
        }
        const T result = shared[0];
        __syncthreads();
        return result;
    }
};

template <class Body, int N>
__global__ void __launch_bounds__(N) team_kernel(const Body body) {
    body(static_cast<int64_t>(blockIdx.x), BlockTeam<N>());
}

template <class Body>
int32_t teams(const char *function, const Body &body, int64_t rows, int64_t width, void *stream) {
    if (rows > 2147483647) {
        return fail(DMS_UNSUPPORTED, 0, "%s: too many rows for one launch", function);
    }
    const unsigned blocks = static_cast<unsigned>(rows);
    if (width <= 128) {
        start<true>(team_kernel<Body, 32>, blocks, 32, stream, body);
    } else {
        start<true>(team_kernel<Body, 256>, blocks, 256, stream, body);
    }
    return cuda_status(function, cudaGetLastError());
}

} // namespace dms

#endif
