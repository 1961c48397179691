/* Status and text of what went wrong, and the checks that every call begins with. */
#ifndef DMS_STATUS_H
#define DMS_STATUS_H

#include "element.h"

namespace dms {

/* Notes what went wrong for this thread and returns the status. */
int32_t fail(int32_t status, int32_t cuda_error, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

/* Collects the first thing that is wrong with the arguments of one call. */
class Check {
  public:
    explicit Check(const char *function) : function_(function), status_(DMS_OK) {}

    bool ok() const { return status_ == DMS_OK; }
    int32_t status() const { return status_; }

    void that(bool holds, const char *what, int64_t value);
    void address(const void *p, const char *name);
    void positive(int64_t value, const char *name);
    void among(int32_t value, int32_t count, const char *name);
    void activation(int32_t kind, const void *slopes);

    /* An image tensor of these extents, or a refusal. */
    Image image(const void *data, int32_t format, int32_t pitch, int32_t n, int32_t c, int32_t h, int32_t w,
                const char *name);

  private:
    const char *function_;
    int32_t status_;
};

} // namespace dms

#endif
