#include "core.h"

#include <dlfcn.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

namespace standin {

namespace {

using Recorder = int (*)(void*, void (*)(void*), void*, void (*)(void*));

constexpr size_t RANGE = size_t(16) << 30;
constexpr size_t ALIGN = 512;

long environment(const char* name, long otherwise) {
    const char* value = std::getenv(name);
    return value && *value ? std::strtol(value, nullptr, 0) : otherwise;
}

struct State {
    std::recursive_mutex lock;
    char* base = nullptr;    // addresses that programs see; nobody can read them
    char* memory = nullptr;  // the bytes behind them
    std::map<size_t, size_t> blocks;  // offset to size, live
    std::map<size_t, size_t> gaps;    // offset to size, free; neighbours merged
    std::map<char*, size_t> pinned;
    std::set<Stream*> streams;
    Stream* legacy = nullptr;
    std::map<std::string, std::atomic<long>> counts;
    std::atomic<int> error{0};
    std::atomic<long> failAllocation{0};  // the how-manieth allocation from now fails; 0 none
    std::atomic<long> loseAfter{0};       // the how-manieth piece of work from now loses the device; 0 none
    std::atomic<long> total, driver, runtime, cudnn, devices, initcheck, stridedFilters, refuseConvolutions{0}, graphFault{0};
    std::atomic<long> matmulFault{0}, alphaVectors{0};
    std::atomic<Recorder> recorder{nullptr};
    bool flat;
    Device model;

    State() {
        flat = environment("DMS_STANDIN_FLAT", 0);
        int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
        memory = static_cast<char*>(mmap(nullptr, RANGE, PROT_READ | PROT_WRITE, flags, -1, 0));
        base = flat ? memory : static_cast<char*>(mmap(nullptr, RANGE, PROT_NONE, flags, -1, 0));
        if (base == MAP_FAILED || memory == MAP_FAILED) {
            std::fprintf(stderr, "stand-in: no address space\n");
            std::abort();
        }
        gaps[0] = RANGE;
        total = environment("DMS_STANDIN_MEMORY_MB", 3072) << 20;
        driver = environment("DMS_STANDIN_DRIVER", 13010);
        runtime = environment("DMS_STANDIN_RUNTIME", 13010);
        cudnn = environment("DMS_STANDIN_CUDNN", 91900);
        devices = environment("DMS_STANDIN_DEVICES", 1);
        stridedFilters = environment("DMS_STANDIN_STRIDED_FILTERS", 0);
        initcheck = environment("DMS_STANDIN_INITCHECK", 1);
        failAllocation = environment("DMS_STANDIN_FAIL_ALLOCATION", 0);
        loseAfter = environment("DMS_STANDIN_LOSE_AFTER", 0);
        const char* name = std::getenv("DMS_STANDIN_DEVICE");
        std::string device = name ? name : "h200";
        model = device == "tx2"      ? Device{"NVIDIA Tegra X2", 6, 2, 2, true}
                : device == "xavier" ? Device{"Xavier", 7, 2, 8, true}
                : device == "orin"   ? Device{"Orin", 8, 7, 16, true}
                : device == "old"    ? Device{"GeForce GTX 750", 5, 0, 4, false}
                                     : Device{"NVIDIA H200", 9, 0, 132, false};
        for (const char* c : {"allocations", "live_allocations", "live_bytes", "peak_bytes", "pinned_bytes",
                              "live_streams", "live_events", "live_graphs", "live_handles", "live_descriptors",
                              "launches", "searches", "graph_launches", "captures", "memcpy", "switches"}) {
            counts[c] = 0;
        }
    }
};

State& state() {
    static State* s = new State;  // never freed: streams of daemon threads may outlive main
    return *s;
}

}  // namespace

struct Stream {
    std::recursive_mutex lock;
    std::deque<Work> queue;
    bool blocking = true;
    int capture = 0;
    int mode = 0;
    std::thread::id thread;
    std::unique_ptr<Graph> graph;
};

void say(const std::string& line) {
    std::fprintf(stderr, "stand-in: %s\n", line.c_str());
}

void count(const char* name, long by) {
    auto& counts = state().counts;
    auto it = counts.find(name);
    if (it != counts.end()) {
        it->second += by;
    }
}

// ---- device memory ----

int allocate(void** pointer, size_t bytes) {
    State& s = state();
    std::lock_guard<std::recursive_mutex> hold(s.lock);
    if (!pointer) {
        return INVALID_VALUE;
    }
    *pointer = nullptr;
    if (bytes == 0) {
        return SUCCESS;
    }
    if (s.failAllocation > 0 && --s.failAllocation == 0) {
        return OUT_OF_MEMORY;
    }
    if (static_cast<long>(bytes) > s.total - s.counts["live_bytes"]) {
        return OUT_OF_MEMORY;
    }
    size_t taken = (bytes + ALIGN - 1) / ALIGN * ALIGN + ALIGN;  // a gap behind each block
    for (auto gap = s.gaps.begin(); gap != s.gaps.end(); ++gap) {
        if (gap->second < taken) {
            continue;
        }
        size_t offset = gap->first, rest = gap->second - taken;
        s.gaps.erase(gap);
        if (rest) {
            s.gaps[offset + taken] = rest;
        }
        s.blocks[offset] = bytes;
        auto* words = reinterpret_cast<uint16_t*>(s.memory + offset);
        std::fill(words, words + (bytes + 1) / 2, POISON);
        s.counts["allocations"]++;
        s.counts["live_allocations"]++;
        long live = s.counts["live_bytes"] += static_cast<long>(bytes);
        if (live > s.counts["peak_bytes"]) {
            s.counts["peak_bytes"] = live;
        }
        *pointer = s.base + offset;
        return SUCCESS;
    }
    return OUT_OF_MEMORY;
}

int release(void* pointer) {
    State& s = state();
    std::lock_guard<std::recursive_mutex> hold(s.lock);
    if (!pointer) {
        return SUCCESS;
    }
    auto block = isDevice(pointer) ? s.blocks.find(static_cast<char*>(pointer) - s.base) : s.blocks.end();
    if (block == s.blocks.end()) {
        return INVALID_VALUE;
    }
    size_t offset = block->first, bytes = block->second;
    size_t taken = (bytes + ALIGN - 1) / ALIGN * ALIGN + ALIGN;
    s.blocks.erase(block);
    if (bytes >= size_t(1) << 20) {
        madvise(s.memory + (offset + 4095) / 4096 * 4096, bytes / 4096 * 4096 - 4096, MADV_DONTNEED);
    }
    auto next = s.gaps.lower_bound(offset);
    if (next != s.gaps.end() && next->first == offset + taken) {
        taken += next->second;
        next = s.gaps.erase(next);
    }
    if (next != s.gaps.begin()) {
        auto before = std::prev(next);
        if (before->first + before->second == offset) {
            before->second += taken;
            taken = 0;
        }
    }
    if (taken) {
        s.gaps[offset] = taken;
    }
    s.counts["live_allocations"]--;
    s.counts["live_bytes"] -= static_cast<long>(bytes);
    return SUCCESS;
}

bool isDevice(const void* pointer) {
    auto* p = static_cast<const char*>(pointer);
    return p >= state().base && p < state().base + RANGE;
}

void* device(const void* pointer, size_t bytes) {
    State& s = state();
    if (!isDevice(pointer)) {
        return nullptr;
    }
    std::lock_guard<std::recursive_mutex> hold(s.lock);
    size_t offset = static_cast<const char*>(pointer) - s.base;
    auto block = s.blocks.upper_bound(offset);
    if (block == s.blocks.begin()) {
        return nullptr;
    }
    --block;
    return offset + bytes <= block->first + block->second ? s.memory + offset : nullptr;
}

void* require(const char* what, const void* pointer, size_t bytes) {
    void* found = device(pointer, bytes);
    if (!found) {
        char text[256];
        std::snprintf(text, sizeof text, "%s: [%p, +%zu) is not within one live allocation of the device%s", what,
                      pointer, bytes, isDevice(pointer) ? "" : " (it is host memory)");
        lose(ILLEGAL_ADDRESS, text);
    }
    return found;
}

int allocateHost(void** pointer, size_t bytes) {
    State& s = state();
    std::lock_guard<std::recursive_mutex> hold(s.lock);
    *pointer = nullptr;
    if (bytes == 0) {
        return SUCCESS;
    }
    if (posix_memalign(pointer, 4096, bytes)) {
        return OUT_OF_MEMORY;
    }
    std::memset(*pointer, 0xFF, bytes);  // NaN, yet nothing that a device would take for its own unwritten memory
    s.pinned[static_cast<char*>(*pointer)] = bytes;
    s.counts["pinned_bytes"] += static_cast<long>(bytes);
    return SUCCESS;
}

int releaseHost(void* pointer) {
    State& s = state();
    std::lock_guard<std::recursive_mutex> hold(s.lock);
    auto it = s.pinned.find(static_cast<char*>(pointer));
    if (!pointer || it == s.pinned.end()) {
        return pointer ? INVALID_VALUE : SUCCESS;
    }
    s.counts["pinned_bytes"] -= static_cast<long>(it->second);
    s.pinned.erase(it);
    std::free(pointer);
    return SUCCESS;
}

bool isPinned(const void* pointer) {
    State& s = state();
    std::lock_guard<std::recursive_mutex> hold(s.lock);
    auto it = s.pinned.upper_bound(static_cast<char*>(const_cast<void*>(pointer)));
    if (it == s.pinned.begin()) {
        return false;
    }
    --it;
    return static_cast<const char*>(pointer) < it->first + it->second;
}

// ---- streams ----

namespace {

Stream* resolve(Stream* stream) {
    State& s = state();
    // 0 and 1 name the legacy default stream, 2 the one of each thread, which stands for the same here.
    if (reinterpret_cast<uintptr_t>(stream) > 2) {
        return stream;
    }
    std::lock_guard<std::recursive_mutex> hold(s.lock);
    if (!s.legacy) {
        s.legacy = new Stream;
    }
    return s.legacy;
}

std::vector<Stream*> all(bool blockingOnly) {
    State& s = state();
    std::lock_guard<std::recursive_mutex> hold(s.lock);
    std::vector<Stream*> found;
    for (Stream* stream : s.streams) {
        if (stream->blocking || !blockingOnly) {
            found.push_back(stream);
        }
    }
    found.push_back(resolve(nullptr));
    return found;
}

int drain(Stream* stream) {
    std::lock_guard<std::recursive_mutex> hold(stream->lock);
    while (!stream->queue.empty()) {
        Work work = std::move(stream->queue.front());
        stream->queue.pop_front();
        if (lost()) {
            continue;
        }
        State& s = state();
        if (s.loseAfter > 0 && --s.loseAfter == 0) {
            lose(LAUNCH_FAILURE, "the device was lost on demand");
            continue;
        }
        int error = work();
        if (error && !lost()) {
            lose(error, "work on a stream failed");
        }
    }
    return lost();
}

}  // namespace

Stream* createStream(bool blocking) {
    State& s = state();
    auto* stream = new Stream;
    stream->blocking = blocking;
    std::lock_guard<std::recursive_mutex> hold(s.lock);
    s.streams.insert(stream);
    s.counts["live_streams"]++;
    return stream;
}

bool isStream(Stream* stream) {
    State& s = state();
    if (reinterpret_cast<uintptr_t>(stream) <= 2) {
        return true;
    }
    std::lock_guard<std::recursive_mutex> hold(s.lock);
    return s.streams.count(stream) > 0;
}

int destroyStream(Stream* stream) {
    State& s = state();
    if (!isStream(stream) || reinterpret_cast<uintptr_t>(stream) <= 2) {
        return INVALID_HANDLE;
    }
    drain(stream);
    std::lock_guard<std::recursive_mutex> hold(s.lock);
    s.streams.erase(stream);
    s.counts["live_streams"]--;
    // Never freed: another thread that waits for all streams may be waiting for this one's lock.
    return SUCCESS;
}

namespace {

void runKept(void* work) {
    if (int error = lost() ? 0 : (*static_cast<Work*>(work))()) {
        lose(error, "work of a graph failed");
    }
}

// The function of the host build of the bridge, as soon as somebody has loaded it.
Recorder recorder() {
    State& s = state();
    if (s.flat && !s.recorder) {
        const char* file = std::getenv("DMS_BRIDGE");
        if (void* library = file ? dlopen(file, RTLD_LAZY | RTLD_NOLOAD) : nullptr) {
            s.recorder = reinterpret_cast<Recorder>(dlsym(library, "dms_host_record"));
        }
    }
    return s.recorder;
}

void forget(void* work) {
    delete static_cast<Work*>(work);
}

}  // namespace

int enqueue(Stream* handle, Work work) {
    if (int error = gate()) {
        return error;
    }
    if (!isStream(handle)) {
        return INVALID_HANDLE;
    }
    if (Recorder record = recorder()) {
        auto* kept = new Work(work);
        if (record(handle, runKept, kept, forget) == 0) {
            return SUCCESS;
        }
        delete kept;
    }
    Stream* stream = resolve(handle);
    if (reinterpret_cast<uintptr_t>(handle) <= 1) {
        // The legacy default stream waits for the blocking ones, and they for it.
        if (int error = forbiddenInCapture("the default stream")) {
            return error;
        }
        for (Stream* other : all(true)) {
            drain(other);
        }
    } else if (stream->blocking && stream->capture == 0) {
        drain(resolve(nullptr));
    }
    std::lock_guard<std::recursive_mutex> hold(stream->lock);
    if (stream->capture == 2) {
        return CAPTURE_INVALIDATED;
    }
    if (stream->capture == 1) {
        stream->graph->nodes.push_back(std::move(work));
    } else {
        stream->queue.push_back(std::move(work));
        count("launches", 1);
        if (state().flat) {
            drain(stream);  // an error shows at the next call, as on a device
        }
    }
    return SUCCESS;
}

int synchronize(Stream* stream) {
    if (!isStream(stream)) {
        return INVALID_HANDLE;
    }
    if (int error = forbiddenInCapture("a wait for a stream")) {
        return error;
    }
    return reinterpret_cast<uintptr_t>(stream) <= 1 ? synchronizeBlocking() : drain(resolve(stream));
}

int synchronizeAll() {
    if (int error = forbiddenInCapture("a wait for the device")) {
        return error;
    }
    for (Stream* stream : all(false)) {
        drain(stream);
    }
    return lost();
}

int synchronizeBlocking() {
    for (Stream* stream : all(true)) {
        drain(stream);
    }
    return lost();
}

bool idle(Stream* handle) {
    Stream* stream = resolve(handle);
    std::lock_guard<std::recursive_mutex> hold(stream->lock);
    return stream->queue.empty();
}

int beginCapture(Stream* stream, int mode) {
    if (!isStream(stream) || reinterpret_cast<uintptr_t>(stream) <= 1) {
        return CAPTURE_UNSUPPORTED;
    }
    std::lock_guard<std::recursive_mutex> hold(stream->lock);
    if (stream->capture) {
        return INVALID_VALUE;
    }
    stream->capture = 1;
    stream->mode = mode;
    stream->thread = std::this_thread::get_id();
    stream->graph = std::make_unique<Graph>();
    count("captures", 1);
    return SUCCESS;
}

int endCapture(Stream* stream, Graph** graph) {
    *graph = nullptr;
    if (!isStream(stream) || reinterpret_cast<uintptr_t>(stream) <= 1) {
        return INVALID_VALUE;
    }
    std::lock_guard<std::recursive_mutex> hold(stream->lock);
    if (stream->capture == 0) {
        return CAPTURE_UNMATCHED;
    }
    bool valid = stream->capture == 1;
    stream->capture = 0;
    if (valid) {
        *graph = stream->graph.release();
        count("live_graphs", 1);
    }
    stream->graph.reset();
    return valid ? SUCCESS : CAPTURE_INVALIDATED;
}

int captureStatus(Stream* handle) {
    Stream* stream = resolve(handle);
    std::lock_guard<std::recursive_mutex> hold(stream->lock);
    return stream->capture;
}

int forbiddenInCapture(const char* what) {
    bool found = false;
    for (Stream* stream : all(false)) {
        std::lock_guard<std::recursive_mutex> hold(stream->lock);
        // Global mode forbids it to every thread, thread-local mode to the one that captures, relaxed mode to none.
        bool concerns = stream->mode == 0 || (stream->mode == 1 && stream->thread == std::this_thread::get_id());
        if (stream->capture == 1 && concerns) {
            stream->capture = 2;
            found = true;
        }
    }
    if (found) {
        say(std::string(what) + " is forbidden while a stream is captured; the capture is invalid");
    }
    return found ? CAPTURE_UNSUPPORTED : SUCCESS;
}

// ---- the device ----

const Device& deviceModel() {
    return state().model;
}

size_t totalMemory() {
    return state().total;
}

size_t freeMemory() {
    return std::max(0L, state().total - state().counts["live_bytes"]);
}

int driverVersion() {
    return static_cast<int>(state().driver);
}

int runtimeVersion() {
    return static_cast<int>(state().runtime);
}

int cudnnVersion() {
    return static_cast<int>(state().cudnn);
}

int deviceCount() {
    return static_cast<int>(state().devices);
}

bool takesStridedFilters() {
    return state().stridedFilters != 0;
}

long refusedConvolutions() {
    return state().refuseConvolutions;
}

long graphFault() {
    return state().graphFault;
}

int lost() {
    return state().error;
}

void lose(int error, const std::string& why) {
    say(why);
    state().error = error;
}

int gate() {
    if (driverVersion() / 1000 < runtimeVersion() / 1000) {
        return INSUFFICIENT_DRIVER;
    }
    return deviceCount() == 0 ? int(NO_DEVICE) : lost();
}

}  // namespace standin

using standin::state;

int dms_standin_set(const char* name, long value) {
    auto& s = state();
    std::string n = name;
    if (n == "fail_allocation") {
        s.failAllocation = value;
    } else if (n == "lose_after") {
        s.loseAfter = value;
    } else if (n == "error") {
        s.error = static_cast<int>(value);
    } else if (n == "memory") {
        s.total = value;
    } else if (n == "driver") {
        s.driver = value;
    } else if (n == "runtime") {
        s.runtime = value;
    } else if (n == "cudnn") {
        s.cudnn = value;
    } else if (n == "devices") {
        s.devices = value;
    } else if (n == "strided_filters") {
        s.stridedFilters = value;
    } else if (n == "refuse_convolutions") {
        s.refuseConvolutions = value;
    } else if (n == "graph_fault") {
        s.graphFault = value;
    } else if (n == "matmul_fault") {
        s.matmulFault = value;
    } else if (n == "alpha_vectors") {
        s.alphaVectors = value;
    } else if (n == "initcheck") {
        s.initcheck = value;
    } else if (n == "compute_capability") {
        s.model.major = static_cast<int>(value / 10);
        s.model.minor = static_cast<int>(value % 10);
    } else {
        return -1;
    }
    return 0;
}

long dms_standin_get(const char* name) {
    auto& s = state();
    std::string n = name;
    if (n == "initcheck") {
        return s.initcheck;
    }
    if (n == "error") {
        return s.error;
    }
    if (n == "matmul_fault") {
        return s.matmulFault;
    }
    if (n == "alpha_vectors") {
        return s.alphaVectors;
    }
    auto it = s.counts.find(n);
    return it == s.counts.end() ? -1 : it->second.load();
}
