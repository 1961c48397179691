/* Runs bodies on the CPU: at once, or once for each replay where the stream records. */
#ifndef DMS_LAUNCH_HOST_H
#define DMS_LAUNCH_HOST_H

#include <functional>

#include "rows.h"
#include "status.h"

namespace dms {

/* Keeps work for replays and returns true where the stream records. */
bool keep(void *stream, std::function<void()> work);

bool recording(void *stream);

template <class Work>
int32_t run(void *stream, const Work &work) {
    if (!recording(stream) || !keep(stream, work)) {
        work();
    }
    return DMS_OK;
}

#if !defined(DMS_SIMULATED)

template <class Body>
struct Each {
    Body body;
    int64_t count;

    void operator()() const {
        for (int64_t i = 0; i < count; i++) {
            body(i);
        }
    }
};

template <class Body>
int32_t each(const char *, const Body &body, int64_t count, void *stream) {
    return run(stream, Each<Body>{body, count});
}

template <class Body>
struct Teams {
    Body body;
    int64_t rows;

    void operator()() const {
        for (int64_t i = 0; i < rows; i++) {
            body(i, SoloTeam());
        }
    }
};

template <class Body>
int32_t teams(const char *, const Body &body, int64_t rows, int64_t, void *stream) {
    return run(stream, Teams<Body>{body, rows});
}

#endif

} // namespace dms

#endif
