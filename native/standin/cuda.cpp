// The driver's library: the presets want it to be there; little of it is called.
#include <cstdio>

#include "core.h"

using namespace standin;

extern "C" {

int cuInit(unsigned) {
    return deviceCount() ? SUCCESS : NO_DEVICE;
}

int cuDriverGetVersion(int* version) {
    *version = driverVersion();
    return SUCCESS;
}

int cuDeviceGetCount(int* n) {
    *n = deviceCount();
    return SUCCESS;
}

int cuDeviceGet(int* device, int ordinal) {
    *device = ordinal;
    return ordinal >= 0 && ordinal < deviceCount() ? SUCCESS : INVALID_DEVICE;
}

int cuDeviceGetName(char* name, int length, int) {
    std::snprintf(name, length, "%s", deviceModel().name);
    return SUCCESS;
}

int cuDeviceTotalMem_v2(size_t* bytes, int) {
    *bytes = totalMemory();
    return SUCCESS;
}

int cuMemGetInfo_v2(size_t* unused, size_t* total) {
    *unused = freeMemory();
    *total = totalMemory();
    return gate();
}

int cuGetErrorString(int, const char** text) {
    *text = "an error of the stand-in";
    return SUCCESS;
}

}  // extern "C"
