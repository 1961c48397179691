#include <pthread.h>

#include <map>
#include <mutex>
#include <thread>

#include "launch.h"

thread_local dim3 threadIdx;
thread_local dim3 blockIdx;

namespace {

thread_local pthread_barrier_t *together;

struct Launch {
    dim3 blocks;
    dim3 threads;
    const std::function<void()> *body;
};

/* So many threads, which wait for launches until the process ends. */
class Pool {
  public:
    explicit Pool(unsigned workers) : workers_(workers) {
        pthread_barrier_init(&begin_, nullptr, workers + 1);
        pthread_barrier_init(&end_, nullptr, workers + 1);
        pthread_barrier_init(&together_, nullptr, workers);
        for (unsigned w = 0; w < workers; w++) {
            std::thread([this, w] { work(w); }).detach();
        }
    }

    void run(const Launch &launch) {
        launch_ = &launch;
        pthread_barrier_wait(&begin_);
        pthread_barrier_wait(&end_);
    }

  private:
    void work(unsigned mine) {
        together = &together_;
        for (;;) {
            pthread_barrier_wait(&begin_);
            blocks(*launch_, mine);
            pthread_barrier_wait(&end_);
        }
    }

    void blocks(const Launch &l, unsigned mine) {
        const unsigned team = l.threads.x * l.threads.y;
        for (unsigned b = 0; b < l.blocks.x * l.blocks.y * l.blocks.z; b++) {
            blockIdx = dim3(b % l.blocks.x, b / l.blocks.x % l.blocks.y, b / l.blocks.x / l.blocks.y);
            /* Where several are one worker's, the next block deals them out in another way. */
            for (unsigned t = (mine + b) % workers_; t < team; t += workers_) {
                threadIdx = dim3(t % l.threads.x, t / l.threads.x);
                (*l.body)();
            }
            if (team == workers_) {
                __syncthreads(); // before the next block writes to the shared memory
            }
        }
    }

    const unsigned workers_;
    const Launch *launch_ = nullptr;
    pthread_barrier_t begin_;
    pthread_barrier_t end_;
    pthread_barrier_t together_;
};

} // namespace

void __syncthreads() { pthread_barrier_wait(together); }

namespace dms {

void simulate(dim3 blocks, dim3 threads, bool waiting, const std::function<void()> &body) {
    static std::mutex one;
    /* Never freed: its threads are there to the end. */
    static std::map<unsigned, Pool *> &pools = *new std::map<unsigned, Pool *>();
    std::lock_guard<std::mutex> guard(one);
    const unsigned workers = waiting ? threads.x * threads.y : 4;
    Pool *&pool = pools[workers];
    if (pool == nullptr) {
        pool = new Pool(workers);
    }
    pool->run(Launch{blocks, threads, &body});
}

int32_t cuda_status(const char *, cudaError_t) { return DMS_OK; }

} // namespace dms
