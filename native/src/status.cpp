#include "status.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

namespace dms {
namespace {
thread_local char text[512] = "";
thread_local int32_t cuda_code = 0;
} // namespace

int32_t fail(int32_t status, int32_t cuda_error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    cuda_code = cuda_error;
    return status;
}

void Check::that(bool holds, const char *what, int64_t value) {
    if (ok() && !holds) {
        status_ = fail(DMS_BAD_ARGUMENT, 0, "%s: %s, but is %" PRId64, function_, what, value);
    }
}

void Check::address(const void *p, const char *name) {
    if (ok() && p == nullptr) {
        status_ = fail(DMS_BAD_ARGUMENT, 0, "%s: %s is null", function_, name);
    }
}

void Check::positive(int64_t value, const char *name) {
    if (ok() && value < 1) {
        status_ = fail(DMS_BAD_ARGUMENT, 0, "%s: %s must be positive, but is %" PRId64, function_, name, value);
    }
}

void Check::among(int32_t value, int32_t count, const char *name) {
    if (ok() && (value < 0 || value >= count)) {
        status_ = fail(DMS_BAD_ARGUMENT, 0, "%s: %s must lie in 0..%d, but is %d", function_, name, count - 1, value);
    }
}

void Check::activation(int32_t kind, const void *slopes) {
    among(kind, DMS_PRELU + 1, "activation");
    if (ok() && kind == DMS_PRELU && slopes == nullptr) {
        status_ = fail(DMS_BAD_ARGUMENT, 0, "%s: slopes is null", function_);
    }
}

Image Check::image(const void *data, int32_t format, int32_t pitch, int32_t n, int32_t c, int32_t h, int32_t w,
                   const char *name) {
    address(data, name);
    among(format, 4, "format");
    positive(n, "n");
    positive(c, "c");
    positive(h, "h");
    positive(w, "w");
    if (ok() && pitch < c) {
        status_ = fail(DMS_BAD_ARGUMENT, 0, "%s: the pitch of %s is %d, less than its %d channels", function_, name,
                       pitch, c);
    }
    if (ok()) {
        /* Four factors below 2^31 overflow 64 bits: as real numbers they don't. */
        const double elements = static_cast<double>(n) * pitch * h * w;
        if (elements >= 2147483648.0) {
            status_ = fail(DMS_UNSUPPORTED, 0, "%s: %s has %.0f elements, and 2147483647 is the limit", function_,
                           name, elements);
        } else if (reinterpret_cast<uintptr_t>(data) % ((format & 2) ? 2 : 4) != 0) {
            status_ = fail(DMS_BAD_ARGUMENT, 0, "%s: the address of %s is not a multiple of its element", function_,
                           name);
        }
    }
    Image t;
    t.data = const_cast<void *>(data);
    t.pitch = pitch;
    t.channels_last = format & 1;
    t.half = (format >> 1) & 1;
    t.h = h;
    t.w = w;
    return t;
}

} // namespace dms

extern "C" {

int32_t dms_abi_version(void) { return DMS_ABI_VERSION; }

const char *dms_last_error(void) { return dms::text; }

int32_t dms_last_cuda_error(void) { return dms::cuda_code; }
}
