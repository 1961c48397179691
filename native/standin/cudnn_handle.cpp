// Handles, versions and errors of cuDNN.
#include <cstdio>
#include <string>

#include "cudnn.h"

using namespace standin;

namespace {
thread_local std::string lastRefusal;
}

namespace standin {

int refuse(int status, const char* call, const char* why) {
    lastRefusal = std::string(call) + ": " + why;
    if (status < DNN_UNSUPPORTED || status >= DNN_DEVICE_ALLOCATION) {
        say(lastRefusal);
    }
    return status;
}

}  // namespace standin

extern "C" {

int cudnnCreate(Handle** handle) {
    if (gate()) {
        return DNN_NOT_INITIALIZED;
    }
    if (deviceModel().major * 10 + deviceModel().minor < 53) {
        return refuse(DNN_UNSUPPORTED_ARCH, "cudnnCreate", "the device is too old");
    }
    void* probe = nullptr;
    if (allocate(&probe, 512)) {
        return DNN_DEVICE_ALLOCATION;
    }
    release(probe);
    *handle = new Handle;
    born(*handle);
    count("live_handles", 1);
    return DNN_OK;
}

int cudnnDestroy(Handle* handle) {
    if (!dies(handle)) {
        return DNN_BAD_PARAM;
    }
    delete handle;
    count("live_handles", -1);
    return DNN_OK;
}

int cudnnSetStream(Handle* handle, Stream* stream) {
    if (!lives(handle) || !isStream(stream)) {
        return DNN_BAD_PARAM;
    }
    handle->stream = stream;
    return DNN_OK;
}

int cudnnGetStream(Handle* handle, Stream** stream) {
    *stream = handle->stream;
    return DNN_OK;
}

size_t cudnnGetVersion() {
    return cudnnVersion();
}

size_t cudnnGetCudartVersion() {
    return runtimeVersion();
}

int cudnnGetProperty(int which, int* value) {
    int v = cudnnVersion();
    int major = v >= 90000 ? v / 10000 : v / 1000;
    int minor = v >= 90000 ? v / 100 % 100 : v / 100 % 10;
    *value = which == 0 ? major : which == 1 ? minor : v >= 90000 ? v % 100 : v % 100;
    return DNN_OK;
}

int cudnnGraphVersionCheck() {
    return DNN_OK;
}

const char* cudnnGetErrorString(int status) {
    switch (status) {
        case DNN_OK: return "CUDNN_STATUS_SUCCESS";
        case DNN_NOT_INITIALIZED: return "CUDNN_STATUS_NOT_INITIALIZED";
        case DNN_BAD_PARAM: return "CUDNN_STATUS_BAD_PARAM";
        case DNN_NULL_POINTER: return "CUDNN_STATUS_BAD_PARAM_NULL_POINTER";
        case DNN_SIZE_INSUFFICIENT: return "CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT";
        case DNN_NOT_FINALIZED: return "CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED";
        case DNN_ATTRIBUTE_TYPE: return "CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE";
        case DNN_SHAPE_MISMATCH: return "CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH";
        case DNN_UNSUPPORTED: return "CUDNN_STATUS_NOT_SUPPORTED";
        case DNN_UNSUPPORTED_SHAPE: return "CUDNN_STATUS_NOT_SUPPORTED_SHAPE";
        case DNN_UNSUPPORTED_TYPE: return "CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE";
        case DNN_UNSUPPORTED_LAYOUT: return "CUDNN_STATUS_NOT_SUPPORTED_LAYOUT";
        case DNN_UNSUPPORTED_ARCH: return "CUDNN_STATUS_NOT_SUPPORTED_ARCH_MISMATCH";
        case DNN_DEVICE_ALLOCATION: return "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED";
        case DNN_EXECUTION_FAILED: return "CUDNN_STATUS_EXECUTION_FAILED";
        default: return "CUDNN_UNKNOWN_STATUS";
    }
}

void cudnnGetLastErrorString(char* text, size_t length) {
    if (length) {
        std::snprintf(text, length, "%s", lastRefusal.c_str());
    }
}

}  // extern "C"
