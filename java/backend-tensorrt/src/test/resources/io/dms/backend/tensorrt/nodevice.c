/* A driver without a device, as CUDA's documentation has its functions answer: CUDA_ERROR_NO_DEVICE. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

#define NO_DEVICE 100

int cuDriverGetVersion(int *version) { *version = 13010; return 0; }
int cuGetErrorName(int error, const char **name) { (void)error; *name = "CUDA_ERROR_NO_DEVICE"; return 0; }
int cuGetErrorString(int error, const char **text) { (void)error; *text = "no CUDA-capable device is detected"; return 0; }
int cuInit(unsigned flags) { (void)flags; return NO_DEVICE; }
int cuDeviceGetCount(int *count) { *count = 0; return NO_DEVICE; }
int cuDeviceGet(int *device, int ordinal) { (void)device; (void)ordinal; return NO_DEVICE; }
int cuGetExportTable(const void **table, const void *id) { (void)id; *table = NULL; return NO_DEVICE; }

static int found(const char *name, void **function) {
    *function = dlsym(RTLD_DEFAULT, name);
    return *function == NULL;
}

int cuGetProcAddress(const char *name, void **function, int version, unsigned long long flags) {
    (void)version; (void)flags;
    return found(name, function) ? 500 : 0;
}

int cuGetProcAddress_v2(const char *name, void **function, int version, unsigned long long flags, int *status) {
    (void)version; (void)flags;
    int missing = found(name, function);
    if (status != NULL) *status = missing;
    return 0;
}
