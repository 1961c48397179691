/* Device and graphs through CUDA's runtime library, from 10.2 to 13. */
#include <cuda_runtime.h>

#include <stdio.h>
#include <string.h>

#include "launch_cuda.h"

#ifndef DMS_ARCHITECTURES
#error "DMS_ARCHITECTURES must name what device code is compiled for, as in \"75;87 ptx 75\""
#endif

namespace dms {

int32_t cuda_status(const char *function, cudaError_t error) {
    if (error == cudaSuccess) {
        return DMS_OK;
    }
    const char *name = cudaGetErrorName(error);
    const char *text = cudaGetErrorString(error);
    int32_t status = DMS_CUDA;
    const char *cure = "";
    switch (error) {
    case cudaErrorMemoryAllocation:
        status = DMS_OUT_OF_MEMORY;
        break;
    case cudaErrorNoDevice:
    case cudaErrorInvalidDevice:
    case cudaErrorDevicesUnavailable:
        status = DMS_NO_DEVICE;
        break;
    case cudaErrorInsufficientDriver:
        status = DMS_DRIVER_TOO_OLD;
        cure = "; install a newer driver";
        break;
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorInvalidDeviceFunction:
        status = DMS_NO_KERNEL_IMAGE;
        cure = "; this bridge is compiled for " DMS_ARCHITECTURES ": build it on this machine (native/build)";
        break;
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchFailure:
    case cudaErrorLaunchTimeout:
    case cudaErrorHardwareStackError:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorECCUncorrectable:
    case cudaErrorAssert:
    case cudaErrorUnknown:
        status = DMS_DEVICE_LOST;
        cure = "; the device's context is lost: start the process anew";
        break;
    case cudaErrorStreamCaptureUnsupported:
    case cudaErrorStreamCaptureInvalidated:
    case cudaErrorStreamCaptureMerge:
    case cudaErrorStreamCaptureUnmatched:
    case cudaErrorStreamCaptureUnjoined:
    case cudaErrorStreamCaptureIsolation:
    case cudaErrorStreamCaptureImplicit:
    case cudaErrorStreamCaptureWrongThread:
        status = DMS_CAPTURE;
        break;
    default:
        break;
    }
    return fail(status, error, "%s: %s (%s)%s", function, text, name, cure);
}

namespace {

/* What a graph handle points to. */
struct Graph {
    cudaGraphExec_t exec;
    size_t nodes;
};

/* The fourth and fifth arguments left the signature in CUDA 12. */
cudaError_t instantiate(cudaGraphExec_t *exec, cudaGraph_t graph) {
#if CUDART_VERSION >= 12000
    return cudaGraphInstantiate(exec, graph, 0);
#else
    return cudaGraphInstantiate(exec, graph, nullptr, nullptr, 0);
#endif
}

__global__ void probe_kernel() {}

int version(cudaError_t (*ask)(int *)) {
    int v = 0;
    return ask(&v) == cudaSuccess ? v : -1;
}

} // namespace
} // namespace dms

extern "C" {

const char *dms_build_info(void) {
    static char text[256];
    /* Every thread writes the same bytes. */
    char mine[sizeof text];
    snprintf(mine, sizeof mine, "dms-bridge abi=%d cuda=%d.%d arch=%s", DMS_ABI_VERSION, CUDART_VERSION / 1000,
             CUDART_VERSION % 1000 / 10, DMS_ARCHITECTURES);
    memcpy(text, mine, sizeof text);
    return text;
}

int32_t dms_check_device(int32_t device) {
    const int driver = dms::version(cudaDriverGetVersion);
    if (driver <= 0) {
        cudaGetLastError();
        return dms::fail(DMS_NO_DEVICE, 0, "there is no NVIDIA driver: install the one of this machine's GPU");
    }
    const int runtime = dms::version(cudaRuntimeGetVersion);
    if (runtime / 1000 != CUDART_VERSION / 1000 || runtime < CUDART_VERSION) {
        return dms::fail(DMS_UNSUPPORTED, 0,
                         "libcudart is version %d.%d but the bridge was built with %d.%d: take the bridge's flavour of "
                         "that version, or build it on this machine (native/build)",
                         runtime / 1000, runtime % 1000 / 10, CUDART_VERSION / 1000, CUDART_VERSION % 1000 / 10);
    }
    /* From CUDA 11 on, a driver of the same major version runs what a newer toolkit has built, except PTX. */
    if (driver / 1000 < CUDART_VERSION / 1000 || (CUDART_VERSION < 11000 && driver < CUDART_VERSION)) {
        return dms::fail(DMS_DRIVER_TOO_OLD, 0,
                         "the driver knows CUDA %d.%d but the bridge was built with %d.%d: install a newer driver",
                         driver / 1000, driver % 1000 / 10, CUDART_VERSION / 1000, CUDART_VERSION % 1000 / 10);
    }
    int devices = 0;
    cudaError_t error = cudaGetDeviceCount(&devices);
    if (error != cudaSuccess) {
        cudaGetLastError();
        return dms::cuda_status("looking for devices", error);
    }
    if (device < 0 || device >= devices) {
        return dms::fail(DMS_NO_DEVICE, 0, "there is no CUDA device %d: this machine has %d", device, devices);
    }
    int before = 0;
    cudaGetDevice(&before);
    error = cudaSetDevice(device);
    if (error == cudaSuccess) {
        cudaFuncAttributes attributes;
        error = cudaFuncGetAttributes(&attributes, dms::probe_kernel);
        cudaSetDevice(before);
    }
    if (error != cudaSuccess) {
        cudaGetLastError();
        char what[64];
        snprintf(what, sizeof what, "device %d, architecture %lld", device,
                 static_cast<long long>(dms_attribute_of(device, DMS_ARCHITECTURE)));
        return dms::cuda_status(what, error);
    }
    return DMS_OK;
}

int64_t dms_attribute_of(int32_t device, int32_t attribute) {
    int value = 0;
    int other = 0;
    size_t free = 0;
    size_t total = 0;
    cudaError_t error = cudaSuccess;
    switch (attribute) {
    case DMS_TOOLKIT_VERSION:
        return CUDART_VERSION;
    case DMS_RUNTIME_VERSION:
        return dms::version(cudaRuntimeGetVersion);
    case DMS_DRIVER_VERSION:
        return dms::version(cudaDriverGetVersion);
    case DMS_DEVICES:
        error = cudaGetDeviceCount(&value);
        break;
    case DMS_ARCHITECTURE:
        error = cudaDeviceGetAttribute(&value, cudaDevAttrComputeCapabilityMajor, device);
        if (error == cudaSuccess) {
            error = cudaDeviceGetAttribute(&other, cudaDevAttrComputeCapabilityMinor, device);
        }
        value = 10 * value + other;
        break;
    case DMS_MULTIPROCESSORS:
        error = cudaDeviceGetAttribute(&value, cudaDevAttrMultiProcessorCount, device);
        break;
    case DMS_INTEGRATED:
        error = cudaDeviceGetAttribute(&value, cudaDevAttrIntegrated, device);
        break;
    case DMS_FREE_MEMORY:
    case DMS_TOTAL_MEMORY:
        error = cudaMemGetInfo(&free, &total);
        if (error == cudaSuccess) {
            return static_cast<int64_t>(attribute == DMS_FREE_MEMORY ? free : total);
        }
        break;
    default:
        return -1;
    }
    if (error != cudaSuccess) {
        cudaGetLastError();
        return -1;
    }
    return value;
}

int32_t dms_graph_begin(void *stream) {
    if (stream == nullptr) {
        return dms::fail(DMS_CAPTURE, 0, "dms_graph_begin: the default stream can't be recorded");
    }
    return dms::cuda_status("dms_graph_begin", cudaStreamBeginCapture(static_cast<cudaStream_t>(stream),
                                                                      cudaStreamCaptureModeThreadLocal));
}

int32_t dms_graph_recording(void *stream) {
    cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
    const int32_t failed = dms::cuda_status(
        "dms_graph_recording", cudaStreamIsCapturing(static_cast<cudaStream_t>(stream), &status));
    return failed ? -1 : status != cudaStreamCaptureStatusNone;
}

void *dms_graph_end(void *stream) {
    cudaGraph_t recorded = nullptr;
    cudaError_t error = cudaStreamEndCapture(static_cast<cudaStream_t>(stream), &recorded);
    if (dms::cuda_status("dms_graph_end: ending the recording", error) != DMS_OK) {
        cudaGetLastError();
        return nullptr;
    }
    dms::Graph *graph = new dms::Graph();
    error = cudaGraphGetNodes(recorded, nullptr, &graph->nodes);
    if (error == cudaSuccess) {
        error = dms::instantiate(&graph->exec, recorded);
    }
    cudaGraphDestroy(recorded);
    if (dms::cuda_status("dms_graph_end: making the graph ready", error) != DMS_OK) {
        cudaGetLastError();
        delete graph;
        return nullptr;
    }
    return graph;
}

int32_t dms_graph_abort(void *stream) {
    if (dms_graph_recording(stream) == 1) {
        cudaGraph_t recorded = nullptr;
        cudaStreamEndCapture(static_cast<cudaStream_t>(stream), &recorded);
        if (recorded != nullptr) {
            cudaGraphDestroy(recorded);
        }
    }
    cudaGetLastError();
    return DMS_OK;
}

int64_t dms_graph_nodes(void *graph) {
    if (graph == nullptr) {
        dms::fail(DMS_BAD_ARGUMENT, 0, "dms_graph_nodes: graph is null");
        return -1;
    }
    return static_cast<int64_t>(static_cast<dms::Graph *>(graph)->nodes);
}

int32_t dms_graph_upload(void *graph, void *stream) {
    if (graph == nullptr) {
        return dms::fail(DMS_BAD_ARGUMENT, 0, "dms_graph_upload: graph is null");
    }
#if CUDART_VERSION >= 11010
    return dms::cuda_status("dms_graph_upload",
                            cudaGraphUpload(static_cast<dms::Graph *>(graph)->exec, static_cast<cudaStream_t>(stream)));
#else
    (void)stream;
    return DMS_OK;
#endif
}

int32_t dms_graph_launch(void *graph, void *stream) {
    if (graph == nullptr) {
        return dms::fail(DMS_BAD_ARGUMENT, 0, "dms_graph_launch: graph is null");
    }
    return dms::cuda_status("dms_graph_launch",
                            cudaGraphLaunch(static_cast<dms::Graph *>(graph)->exec, static_cast<cudaStream_t>(stream)));
}

int32_t dms_graph_destroy(void *graph) {
    if (graph == nullptr) {
        return DMS_OK;
    }
    const cudaError_t error = cudaGraphExecDestroy(static_cast<dms::Graph *>(graph)->exec);
    delete static_cast<dms::Graph *>(graph);
    return dms::cuda_status("dms_graph_destroy", error);
}

int32_t dms_host_record(void *, void (*)(void *), void *, void (*)(void *)) {
    return dms::fail(DMS_UNSUPPORTED, 0, "dms_host_record: only the host build has it");
}
}
