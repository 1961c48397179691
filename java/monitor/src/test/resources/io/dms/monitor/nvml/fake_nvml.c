/* A library with the signatures of NVIDIA's nvml.h and made-up answers, to prove how Java calls it. */
#include <string.h>

typedef struct fake { unsigned index; } *nvmlDevice_t;
typedef struct { unsigned gpu, memory; } rates_t;
typedef struct { unsigned long long total, free, used; } memory_t;

static struct fake devices[2] = {{0}, {1}};

int nvmlInit_v2(void) { return 0; }
int nvmlShutdown(void) { return 0; }
int nvmlDeviceGetCount_v2(unsigned *count) { *count = 2; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned i, nvmlDevice_t *d) { *d = &devices[i]; return i < 2 ? 0 : 2; }
int nvmlDeviceGetName(nvmlDevice_t d, char *name, unsigned n) {
    strncpy(name, d->index ? "Fake GPU B" : "Fake GPU A", n);
    return 0;
}
int nvmlDeviceGetPowerUsage(nvmlDevice_t d, unsigned *mw) { *mw = 12345 + d->index; return 0; }
int nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t d, unsigned long long *mj) {
    *mj = 5000000000ULL;
    return d->index ? 3 : 0;
}
int nvmlDeviceGetClockInfo(nvmlDevice_t d, int type, unsigned *mhz) { *mhz = 1000 + type; return 0; }
int nvmlDeviceGetMaxClockInfo(nvmlDevice_t d, int type, unsigned *mhz) { *mhz = 2000 + type; return 0; }
int nvmlDeviceGetTemperature(nvmlDevice_t d, int sensor, unsigned *c) { *c = 41 + sensor; return 0; }
int nvmlDeviceGetUtilizationRates(nvmlDevice_t d, rates_t *r) { r->gpu = 75; r->memory = 10; return 0; }
int nvmlDeviceGetMemoryInfo(nvmlDevice_t d, memory_t *m) {
    m->total = 1000;
    m->free = 400;
    m->used = 600;
    return 0;
}
int nvmlDeviceGetCurrentClocksThrottleReasons(nvmlDevice_t d, unsigned long long *r) { *r = 0x41; return 0; }
