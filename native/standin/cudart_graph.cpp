// Capture and replay: what is recorded are the pieces of work themselves, with their arguments as they were.
#include "core.h"

using namespace standin;

namespace {

struct Executable {
    std::vector<Work> nodes;
};

int run(const std::vector<Work>& nodes) {
    for (const Work& node : nodes) {
        if (int error = node()) {
            return error;
        }
    }
    return SUCCESS;
}

}  // namespace

extern "C" {

int cudaStreamBeginCapture(Stream* stream, int mode) {
    int error = gate();
    return error ? error : beginCapture(stream, mode);
}

int cudaStreamEndCapture(Stream* stream, Graph** graph) {
    int error = gate();
    return error ? error : endCapture(stream, graph);
}

int cudaStreamIsCapturing(Stream* stream, int* status) {
    *status = captureStatus(stream);
    return gate();
}

int cudaThreadExchangeStreamCaptureMode(int*) {
    return SUCCESS;
}

// Instantiation takes device memory, as the real one does: an allocation that can fail.
int cudaGraphInstantiate(Executable** executable, Graph* graph, unsigned long long) {
    if (int error = gate()) {
        return error;
    }
    if (int error = forbiddenInCapture("instantiating a graph")) {
        return error;
    }
    if (!graph) {
        return INVALID_VALUE;
    }
    void* probe = nullptr;
    if (int error = allocate(&probe, 512)) {
        return error;
    }
    release(probe);
    *executable = new Executable{graph->nodes};
    count("live_graphs", 1);
    return SUCCESS;
}

int cudaGraphInstantiateWithFlags(Executable** executable, Graph* graph, unsigned long long flags) {
    return cudaGraphInstantiate(executable, graph, flags);
}

int cudaGraphUpload(Executable* executable, Stream* stream) {
    return executable && isStream(stream) ? gate() : int(INVALID_VALUE);
}

int cudaGraphLaunch(Executable* executable, Stream* stream) {
    if (!executable) {
        return INVALID_VALUE;
    }
    count("graph_launches", 1);
    return enqueue(stream, [executable] { return run(executable->nodes); });
}

int cudaGraphGetNodes(Graph* graph, void** nodes, size_t* n) {
    if (!nodes) {
        *n = graph->nodes.size();
    }
    return SUCCESS;
}

int cudaGraphDestroy(Graph* graph) {
    if (!graph) {
        return INVALID_VALUE;
    }
    delete graph;
    count("live_graphs", -1);
    return SUCCESS;
}

int cudaGraphExecDestroy(Executable* executable) {
    if (!executable) {
        return INVALID_VALUE;
    }
    int error = gate() ? SUCCESS : synchronizeAll();
    delete executable;
    count("live_graphs", -1);
    return error;
}

int cudaProfilerStart() {
    return gate();
}

int cudaProfilerStop() {
    return gate();
}

}  // extern "C"
