// The runtime's memory, streams, events and properties. Graphs are in cudart_graph.cpp.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "core.h"

using namespace standin;

namespace {

thread_local int last = SUCCESS;

int remember(int error) {
    if (error) {
        last = error;
    }
    return error;
}

struct Event {
    bool recorded = false, done = false, timing = true;
    std::chrono::steady_clock::time_point when;
    Stream* stream = nullptr;
};

// Kinds of cudaMemcpyKind: 0 host to host, 1 host to device, 2 device to host, 3 device to device, 4 by address.
int direction(const void* to, const void* from, int kind) {
    int seen = (isDevice(to) ? 1 : 0) + (isDevice(from) ? 2 : 0);
    int table[] = {0, 1, 2, 3};
    int actual = table[seen];
    if (kind == 4) {
        return actual;
    }
    if (kind < 0 || kind > 4) {
        return -1;
    }
    return kind == actual ? actual : -1;
}

int copyNow(void* to, const void* from, size_t bytes, int kind) {
    void* target = kind & 1 ? require("copy", to, bytes) : to;
    const void* source = kind & 2 ? require("copy", from, bytes) : from;
    if (!target || !source) {
        return ILLEGAL_ADDRESS;
    }
    std::memmove(target, source, bytes);
    count("memcpy", 1);
    return SUCCESS;
}

const struct {
    int code;
    const char *name, *text;
} ERRORS[] = {
    {0, "cudaSuccess", "no error"},
    {1, "cudaErrorInvalidValue", "invalid argument"},
    {2, "cudaErrorMemoryAllocation", "out of memory"},
    {35, "cudaErrorInsufficientDriver", "CUDA driver version is insufficient for CUDA runtime version"},
    {46, "cudaErrorDevicesUnavailable", "CUDA-capable device(s) is/are busy or unavailable"},
    {100, "cudaErrorNoDevice", "no CUDA-capable device is detected"},
    {101, "cudaErrorInvalidDevice", "invalid device ordinal"},
    {400, "cudaErrorInvalidResourceHandle", "invalid resource handle"},
    {600, "cudaErrorNotReady", "device not ready"},
    {700, "cudaErrorIllegalAddress", "an illegal memory access was encountered"},
    {716, "cudaErrorMisalignedAddress", "misaligned address"},
    {719, "cudaErrorLaunchFailure", "unspecified launch failure"},
    {801, "cudaErrorNotSupported", "operation not supported"},
    {900, "cudaErrorStreamCaptureUnsupported", "operation not permitted when stream is capturing"},
    {901, "cudaErrorStreamCaptureInvalidated", "operation failed due to a previous error during capture"},
    {903, "cudaErrorStreamCaptureUnmatched", "the capture was not ended by the stream that began it"},
    {999, "cudaErrorUnknown", "unknown error"},
};

template <typename T>
void put(void* properties, size_t offset, T value) {
    std::memcpy(static_cast<char*>(properties) + offset, &value, sizeof value);
}

}  // namespace

extern "C" {

// ---- errors and versions ----

// Only what this library's own calls have answered: cuBLAS and cuDNN bring a runtime of their own inside them.
int cudaGetLastError() {
    int error = last;
    last = SUCCESS;
    return error;
}

int cudaPeekAtLastError() {
    return last;
}

const char* cudaGetErrorString(int error) {
    for (auto& e : ERRORS) {
        if (e.code == error) {
            return e.text;
        }
    }
    return "unrecognized error code";
}

const char* cudaGetErrorName(int error) {
    for (auto& e : ERRORS) {
        if (e.code == error) {
            return e.name;
        }
    }
    return "unrecognized error code";
}

int cudaDriverGetVersion(int* version) {
    *version = driverVersion();
    return SUCCESS;
}

int cudaRuntimeGetVersion(int* version) {
    *version = runtimeVersion();
    return SUCCESS;
}

// ---- devices ----

int cudaGetDeviceCount(int* n) {
    int error = gate();
    *n = error == INSUFFICIENT_DRIVER ? 0 : deviceCount();
    return remember(error == INSUFFICIENT_DRIVER || error == NO_DEVICE ? error : int(SUCCESS));
}

int cudaSetDevice(int device) {
    if (int error = gate()) {
        return remember(error);
    }
    return remember(device >= 0 && device < deviceCount() ? int(SUCCESS) : int(INVALID_DEVICE));
}

int cudaGetDevice(int* device) {
    *device = 0;
    return remember(gate());
}

int cudaSetDeviceFlags(unsigned) {
    return remember(gate());
}

int cudaGetDeviceFlags(unsigned* flags) {
    *flags = 0;
    return remember(gate());
}

int cudaDeviceReset() {
    return remember(gate());
}

// The fields' places are those of CUDA 13, 1008 bytes in all.
int cudaGetDeviceProperties(void* properties, int device) {
    int error = gate();
    if (error == INSUFFICIENT_DRIVER || error == NO_DEVICE) {
        return remember(error);
    }
    if (device < 0 || device >= deviceCount()) {
        return remember(INVALID_DEVICE);
    }
    const Device& d = deviceModel();
    std::memset(properties, 0, 1008);
    std::snprintf(static_cast<char*>(properties), 256, "%s", d.name);
    std::memcpy(static_cast<char*>(properties) + 256, "dms-stand-in-000", 16);
    put<size_t>(properties, 288, totalMemory());
    put<size_t>(properties, 296, 49152);
    put<int>(properties, 304, 65536);
    put<int>(properties, 308, 32);
    put<size_t>(properties, 312, 2147483647);
    put<int>(properties, 320, 1024);
    int dims[] = {1024, 1024, 64, 2147483647, 65535, 65535};
    std::memcpy(static_cast<char*>(properties) + 324, dims, sizeof dims);
    put<size_t>(properties, 352, 65536);
    put<int>(properties, 360, d.major);
    put<int>(properties, 364, d.minor);
    put<size_t>(properties, 368, 512);
    put<int>(properties, 384, d.processors);
    put<int>(properties, 388, d.integrated);
    put<int>(properties, 392, 1);
    put<int>(properties, 560, 1);
    put<int>(properties, 584, 2);
    put<int>(properties, 588, 1);
    put<int>(properties, 592, 256);
    put<int>(properties, 596, 4 << 20);
    put<int>(properties, 604, 2048);
    put<size_t>(properties, 624, 98304);
    put<int>(properties, 632, 65536);
    put<int>(properties, 636, 1);
    put<size_t>(properties, 672, 98304);
    return SUCCESS;
}

int cudaGetDeviceProperties_v2(void* properties, int device) {
    return cudaGetDeviceProperties(properties, device);
}

int cudaDeviceGetAttribute(int* value, int attribute, int device) {
    if (int error = gate()) {
        return remember(error);
    }
    if (device < 0 || device >= deviceCount()) {
        return remember(INVALID_DEVICE);
    }
    const Device& d = deviceModel();
    switch (attribute) {
        case 1: *value = 1024; break;                // threads in a block
        case 10: *value = 32; break;                 // warp
        case 16: *value = d.processors; break;
        case 18: *value = d.integrated; break;
        case 38: *value = 4 << 20; break;            // second-level cache
        case 75: *value = d.major; break;
        case 76: *value = d.minor; break;
        case 115: *value = 1; break;                 // memory pools
        default: *value = 0; break;
    }
    return SUCCESS;
}

int cudaDeviceGetPCIBusId(char* text, int length, int) {
    std::snprintf(text, length, "0000:00:00.0");
    return remember(gate());
}

int cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
    *least = 0;
    *greatest = -5;
    return remember(gate());
}

int cudaDeviceSetLimit(int, size_t) {
    return remember(gate());
}

int cudaDeviceSynchronize() {
    int error = gate();
    return remember(error ? error : synchronizeAll());
}

// ---- memory ----

int cudaMalloc(void** pointer, size_t bytes) {
    int error = gate();
    if (!error) {
        error = forbiddenInCapture("an allocation");
    }
    return remember(error ? error : allocate(pointer, bytes));
}

int cudaFree(void* pointer) {
    int error = gate();
    if (error) {
        release(pointer);  // the process's end would free it, too; nothing else sees it
        return remember(error);
    }
    error = synchronizeAll();
    return remember(error ? error : release(pointer));
}

int cudaMallocAsync(void** pointer, size_t bytes, Stream*) {
    int error = gate();
    return remember(error ? error : allocate(pointer, bytes));
}

int cudaFreeAsync(void* pointer, Stream* stream) {
    return remember(enqueue(stream, [=] { return release(pointer); }));
}

int cudaHostAlloc(void** pointer, size_t bytes, unsigned) {
    int error = gate();
    if (!error) {
        error = forbiddenInCapture("an allocation");
    }
    return remember(error ? error : allocateHost(pointer, bytes));
}

int cudaMallocHost(void** pointer, size_t bytes) {
    return cudaHostAlloc(pointer, bytes, 0);
}

int cudaFreeHost(void* pointer) {
    if (!gate()) {
        synchronizeAll();
    }
    int error = releaseHost(pointer);
    return remember(error ? error : gate());
}

int cudaMemGetInfo(size_t* unused, size_t* total) {
    *unused = freeMemory();
    *total = totalMemory();
    return remember(gate());
}

int cudaMemcpy(void* to, const void* from, size_t bytes, int kind) {
    if (int error = gate()) {
        return remember(error);
    }
    if (int error = forbiddenInCapture("a blocking copy")) {
        return remember(error);
    }
    int way = direction(to, from, kind);
    if (bytes == 0) {
        return SUCCESS;
    }
    if (way < 0 || !to || !from) {
        return remember(INVALID_VALUE);
    }
    int error = synchronizeBlocking();
    return remember(error ? error : copyNow(to, from, bytes, way));
}

int cudaMemcpyAsync(void* to, const void* from, size_t bytes, int kind, Stream* stream) {
    if (int error = gate()) {
        return remember(error);
    }
    int way = direction(to, from, kind);
    if (bytes == 0) {
        return SUCCESS;
    }
    if (way < 0 || !to || !from) {
        return remember(INVALID_VALUE);
    }
    if (way == 1 && !isPinned(from) && captureStatus(stream) == 0) {
        // Pageable memory is staged before the call returns; pinned memory is read when its turn comes.
        auto* staged = static_cast<char*>(std::malloc(bytes));
        std::memcpy(staged, from, bytes);
        return remember(enqueue(stream, [=] {
            int error = copyNow(to, staged, bytes, way);
            std::free(staged);
            return error;
        }));
    }
    return remember(enqueue(stream, [=] { return copyNow(to, from, bytes, way); }));
}

static int copyRows(void* to, size_t toPitch, const void* from, size_t fromPitch, size_t width, size_t rows, int way) {
    for (size_t i = 0; i < rows; i++) {
        auto* target = static_cast<char*>(to) + i * toPitch;
        auto* source = static_cast<const char*>(from) + i * fromPitch;
        if (int error = copyNow(target, source, width, way)) {
            return error;
        }
    }
    return SUCCESS;
}

int cudaMemcpy2DAsync(void* to, size_t toPitch, const void* from, size_t fromPitch, size_t width, size_t rows, int kind,
                      Stream* stream) {
    int way = direction(to, from, kind);
    if (way < 0 || width > toPitch || width > fromPitch) {
        return remember(INVALID_VALUE);
    }
    return remember(enqueue(stream, [=] { return copyRows(to, toPitch, from, fromPitch, width, rows, way); }));
}

int cudaMemcpy2D(void* to, size_t toPitch, const void* from, size_t fromPitch, size_t width, size_t rows, int kind) {
    int error = cudaMemcpy2DAsync(to, toPitch, from, fromPitch, width, rows, kind, nullptr);
    return remember(error ? error : synchronizeBlocking());
}

int cudaMemsetAsync(void* pointer, int value, size_t bytes, Stream* stream) {
    return remember(enqueue(stream, [=]() -> int {
        void* target = require("memset", pointer, bytes);
        if (target) {
            std::memset(target, value, bytes);
        }
        return target ? SUCCESS : ILLEGAL_ADDRESS;
    }));
}

int cudaMemset(void* pointer, int value, size_t bytes) {
    return cudaMemsetAsync(pointer, value, bytes, nullptr);
}

// ---- streams ----

int cudaStreamCreateWithFlags(Stream** stream, unsigned flags) {
    if (int error = gate()) {
        return remember(error);
    }
    *stream = createStream((flags & 1) == 0);
    return SUCCESS;
}

int cudaStreamCreate(Stream** stream) {
    return cudaStreamCreateWithFlags(stream, 0);
}

int cudaStreamCreateWithPriority(Stream** stream, unsigned flags, int) {
    return cudaStreamCreateWithFlags(stream, flags);
}

int cudaStreamDestroy(Stream* stream) {
    int error = destroyStream(stream);
    return remember(error ? error : gate());
}

int cudaStreamSynchronize(Stream* stream) {
    int error = gate();
    return remember(error ? error : synchronize(stream));
}

int cudaStreamQuery(Stream* stream) {
    int error = gate();
    return error ? remember(error) : idle(stream) ? int(SUCCESS) : int(NOT_READY);
}

// ---- events ----

int cudaEventCreateWithFlags(Event** event, unsigned flags) {
    if (int error = gate()) {
        return remember(error);
    }
    *event = new Event;
    (*event)->timing = (flags & 2) == 0;
    count("live_events", 1);
    return SUCCESS;
}

int cudaEventCreate(Event** event) {
    return cudaEventCreateWithFlags(event, 0);
}

int cudaEventDestroy(Event* event) {
    if (!event) {
        return remember(INVALID_HANDLE);
    }
    if (event->recorded && !event->done && !lost()) {
        synchronize(event->stream);
    }
    delete event;
    count("live_events", -1);
    return remember(gate());
}

int cudaEventRecord(Event* event, Stream* stream) {
    if (!event) {
        return remember(INVALID_HANDLE);
    }
    event->recorded = true;
    event->done = false;
    event->stream = stream;
    return remember(enqueue(stream, [=] {
        event->when = std::chrono::steady_clock::now();
        event->done = true;
        return int(SUCCESS);
    }));
}

int cudaEventRecordWithFlags(Event* event, Stream* stream, unsigned) {
    return cudaEventRecord(event, stream);
}

int cudaEventSynchronize(Event* event) {
    if (int error = gate()) {
        return remember(error);
    }
    return remember(event->recorded && !event->done ? synchronize(event->stream) : int(SUCCESS));
}

int cudaEventQuery(Event* event) {
    if (int error = gate()) {
        return remember(error);
    }
    return event->recorded && !event->done ? int(NOT_READY) : int(SUCCESS);
}

int cudaEventElapsedTime(float* milliseconds, Event* from, Event* to) {
    if (int error = gate()) {
        return remember(error);
    }
    if (!from || !to || !from->recorded || !to->recorded || !from->timing || !to->timing) {
        return remember(INVALID_HANDLE);
    }
    if (!from->done || !to->done) {
        return NOT_READY;
    }
    *milliseconds = std::chrono::duration<float, std::milli>(to->when - from->when).count();
    return SUCCESS;
}

int cudaStreamWaitEvent(Stream* stream, Event* event, unsigned) {
    return remember(enqueue(stream, [=] {
        return event->recorded && !event->done && event->stream != stream ? synchronize(event->stream) : int(SUCCESS);
    }));
}

}  // extern "C"
