// What the stand-ins share: device memory apart from host memory, streams that run late, and faults on demand.
//
// The stand-ins take the place of CUDA, cuBLAS and cuDNN in tests on machines without a GPU. They compute on the CPU,
// slowly, and are stricter than the real libraries: whatever the documentation leaves open is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace standin {

// Numbers of cudaError_t.
enum Error {
    SUCCESS = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    INSUFFICIENT_DRIVER = 35,
    NO_DEVICE = 100,
    INVALID_DEVICE = 101,
    INVALID_HANDLE = 400,
    NOT_READY = 600,
    ILLEGAL_ADDRESS = 700,
    MISALIGNED_ADDRESS = 716,
    LAUNCH_FAILURE = 719,
    NOT_SUPPORTED = 801,
    CAPTURE_UNSUPPORTED = 900,
    CAPTURE_INVALIDATED = 901,
    CAPTURE_UNMATCHED = 903,
};

using Work = std::function<int()>;

struct Graph {
    std::vector<Work> nodes;
};

struct Stream;

// ---- device memory ----

// Bytes of a fresh allocation: a NaN both as float and as half, so that reading what nobody wrote is noticed.
constexpr uint16_t POISON = 0x7FBD;

int allocate(void** pointer, size_t bytes);
int release(void* pointer);

// Where the stand-ins find the bytes of device memory; null where [pointer, pointer + bytes) is not inside one live
// allocation. Device addresses themselves can't be read by the host: that crashes, as it does with a real device.
void* device(const void* pointer, size_t bytes);

// The same, for an operation: says what went wrong and loses the device where the range is none of its memory.
void* require(const char* what, const void* pointer, size_t bytes);

// True where any byte is within the range of addresses that belongs to the device.
bool isDevice(const void* pointer);

int allocateHost(void** pointer, size_t bytes);
int releaseHost(void* pointer);
bool isPinned(const void* pointer);

// ---- streams ----

Stream* createStream(bool blocking);
int destroyStream(Stream* stream);
bool isStream(Stream* stream);

// Queues work; it runs when somebody waits for it, so that a missing wait is noticed. Recorded instead while capturing.
int enqueue(Stream* stream, Work work);
int synchronize(Stream* stream);
int synchronizeAll();
// What a blocking call on the legacy default stream waits for: every stream that was not made non-blocking.
int synchronizeBlocking();
bool idle(Stream* stream);

int beginCapture(Stream* stream, int mode);
int endCapture(Stream* stream, Graph** graph);
// 0 none, 1 active, 2 invalidated.
int captureStatus(Stream* stream);
// Refuses what is forbidden while a capture is active, which then becomes invalid.
int forbiddenInCapture(const char* what);

// ---- the device ----

struct Device {
    const char* name;
    int major, minor, processors;
    bool integrated;
};
const Device& deviceModel();
size_t totalMemory();
size_t freeMemory();
int driverVersion();
int runtimeVersion();
int cudnnVersion();
int deviceCount();
// Whether the graph interface has an engine that takes filters with gaps.
bool takesStridedFilters();
// How engines of the graph interface are spoilt; see there.
long graphFault();
// 1 where every convolution is refused, as a layer that the library does not know is; 2 where a call refuses every
// algorithm but the implicit product, whatever a search has found.
long refusedConvolutions();

// Error that every call answers from now on, 0 where the device is well.
int lost();
void lose(int error, const std::string& why);
// What a call of the runtime answers before it does anything: too old a driver, no device, a lost one.
int gate();

// ---- counts, for tests ----

void count(const char* name, long by);

void say(const std::string& line);

}  // namespace standin

extern "C" {
// Beside the host build of the bridge, which DMS_BRIDGE names: while that records a stream, the stand-ins hand their work
// to it (its function dms_host_record). Such a process sets DMS_STANDIN_FLAT=1, since that build reads device memory
// directly and does its work at once: device addresses are then readable, and work runs when it is queued.

// Sets a fault or a setting by name; returns 0, or -1 where the name is unknown.
int dms_standin_set(const char* name, long value);
// A count by name; -1 where the name is unknown.
long dms_standin_get(const char* name);
}
