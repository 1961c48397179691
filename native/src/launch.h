/*
 * Runs a body over a range: as a kernel on a stream, or in the host build as a loop, at once or recorded. A body is a
 * small struct that is passed by value.
 *
 *   each(function, body, count, stream)          body(i) for each i below count, one thread for each
 *   teams(function, body, rows, width, stream)   body(row, team) for each row; the threads of a team share width items
 */
#ifndef DMS_LAUNCH_H
#define DMS_LAUNCH_H

#include "status.h"

#if defined(__CUDACC__)
#include "launch_cuda.h"
#elif defined(DMS_SIMULATED)
#include "launch_host.h"
#include "launch_cuda.h"
#else
#include "launch_host.h"
#endif

#endif
