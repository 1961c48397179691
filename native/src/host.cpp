/*
 * The host build's device and graphs: there is no device, and a graph is a list of calls that a replay makes again. A
 * stream is only a name here. Recordings and graphs are guarded by one lock, so that tests may use several threads.
 */
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "launch_host.h"

namespace dms {
namespace {

struct Item {
    std::function<void()> work;
    std::shared_ptr<void> data;
};

typedef std::vector<Item> Graph;

std::mutex lock;

std::map<void *, std::unique_ptr<Graph>> &recordings() {
    static std::map<void *, std::unique_ptr<Graph>> all;
    return all;
}

bool add(void *stream, Item item) {
    std::lock_guard<std::mutex> guard(lock);
    auto found = recordings().find(stream);
    if (found == recordings().end()) {
        return false;
    }
    found->second->push_back(std::move(item));
    return true;
}

} // namespace

bool recording(void *stream) {
    std::lock_guard<std::mutex> guard(lock);
    return recordings().count(stream) != 0;
}

bool keep(void *stream, std::function<void()> work) { return add(stream, Item{std::move(work), nullptr}); }

} // namespace dms

extern "C" {

#define DMS_TEXT(x) DMS_TEXT_OF(x)
#define DMS_TEXT_OF(x) #x

const char *dms_build_info(void) { return "dms-bridge abi=" DMS_TEXT(DMS_ABI_VERSION) " host"; }

int32_t dms_check_device(int32_t) { return DMS_OK; }

int64_t dms_attribute_of(int32_t, int32_t attribute) {
    return attribute == DMS_TOOLKIT_VERSION ? 0 : attribute == DMS_DEVICES ? 1 : attribute == DMS_INTEGRATED ? 1 : -1;
}

int32_t dms_graph_begin(void *stream) {
    if (stream == nullptr) {
        return dms::fail(DMS_CAPTURE, 0, "dms_graph_begin: the default stream can't be recorded");
    }
    std::lock_guard<std::mutex> guard(dms::lock);
    if (!dms::recordings().emplace(stream, std::unique_ptr<dms::Graph>(new dms::Graph())).second) {
        return dms::fail(DMS_CAPTURE, 0, "dms_graph_begin: the stream is recording already");
    }
    return DMS_OK;
}

int32_t dms_graph_recording(void *stream) { return dms::recording(stream) ? 1 : 0; }

void *dms_graph_end(void *stream) {
    std::lock_guard<std::mutex> guard(dms::lock);
    auto found = dms::recordings().find(stream);
    if (found == dms::recordings().end()) {
        dms::fail(DMS_CAPTURE, 0, "dms_graph_end: the stream is not recording");
        return nullptr;
    }
    dms::Graph *graph = found->second.release();
    dms::recordings().erase(found);
    return graph;
}

int32_t dms_graph_abort(void *stream) {
    std::lock_guard<std::mutex> guard(dms::lock);
    dms::recordings().erase(stream);
    return DMS_OK;
}

int64_t dms_graph_nodes(void *graph) {
    if (graph == nullptr) {
        dms::fail(DMS_BAD_ARGUMENT, 0, "dms_graph_nodes: graph is null");
        return -1;
    }
    return static_cast<int64_t>(static_cast<dms::Graph *>(graph)->size());
}

int32_t dms_graph_upload(void *graph, void *) {
    return graph != nullptr ? DMS_OK : dms::fail(DMS_BAD_ARGUMENT, 0, "dms_graph_upload: graph is null");
}

int32_t dms_graph_launch(void *graph, void *) {
    if (graph == nullptr) {
        return dms::fail(DMS_BAD_ARGUMENT, 0, "dms_graph_launch: graph is null");
    }
    for (const dms::Item &item : *static_cast<dms::Graph *>(graph)) {
        item.work();
    }
    return DMS_OK;
}

int32_t dms_graph_destroy(void *graph) {
    delete static_cast<dms::Graph *>(graph);
    return DMS_OK;
}

int32_t dms_host_record(void *stream, void (*work)(void *), void *data, void (*release)(void *)) {
    if (work == nullptr) {
        return dms::fail(DMS_BAD_ARGUMENT, 0, "dms_host_record: work is null");
    }
    if (!dms::recording(stream)) {
        return dms::fail(DMS_CAPTURE, 0, "dms_host_record: the stream is not recording");
    }
    std::shared_ptr<void> owned(data, [release](void *p) {
        if (release != nullptr) {
            release(p);
        }
    });
    dms::add(stream, dms::Item{[work, data]() { work(data); }, owned});
    return DMS_OK;
}
}
