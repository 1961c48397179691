// The graph interface of cuDNN, as much of it as describes one forward convolution and what is done to each element of its
// result: descriptors with attributes, a list of engines, plans, execution. Written from the documentation; strict: attributes
// of the wrong type or order are refused.
//
// What is set and finalized before there is a graph answers as cuDNN 9.5 does. There are four engines: 0, 1 and 3 take packed
// filters alone, 0 only channels last. 1 has a choice to make; 3 says that it uses tensor cores, and rounds single precision
// to TF32. A filter with gaps between its rows is refused with the operation, as by the real library; where
// DMS_STANDIN_STRIDED_FILTERS (or the setting strided_filters) is 1 it is not, and engine 2 takes it. As cuDNN 9.24 does, the
// heuristics propose nothing for a tensor that is added after a bias. The setting graph_fault spoils engine 2: 1 computes
// wrongly, 2 is not planned, 3 does not run, 4 wants more scratch memory than there is, 5 writes beside its result; 6 spoils the
// heuristics, 7 has every engine refused, 8 has all of them refuse images with gaps. Engine 3 wants images at multiples of 16
// bytes; a tensor that is not as aligned as it is said to be loses the device.
#include <algorithm>
#include <functional>
#include <map>

#include "cudnn.h"

using namespace standin;

namespace {

enum Kind {
    POINTWISE = 0,
    CONVOLUTION = 1,
    ENGINE = 2,
    ENGINE_CONFIG = 3,
    HEURISTICS = 4,
    PLAN = 5,
    KNOB_CHOICE = 7,
    FORWARD = 10,
    ELEMENTS = 13,
    GRAPH = 15,
    PACK = 16,
    TENSOR = 17,
};

enum AttributeType {
    T_HANDLE = 0,
    T_DATA = 1,
    T_BOOLEAN = 2,
    T_INT64 = 3,
    T_FLOAT = 4,
    T_DOUBLE = 5,
    T_POINTER = 6,
    T_CONV_MODE = 7,
    T_HEUR_MODE = 8,
    T_KNOB = 9,
    T_NOTE = 11,
    T_POINTWISE_MODE = 14,
    T_DESCRIPTOR = 15,
    T_BEHAVIOR = 19,
};

enum Attribute {
    POINTWISE_MODE = 0,
    POINTWISE_TYPE = 1,
    POINTWISE_LOWER = 3,
    POINTWISE_UPPER = 4,
    POINTWISE_SLOPE = 5,
    POINTWISE_ELU = 6,
    POINTWISE_SWISH = 8,
    CONV_TYPE = 100,
    CONV_MODE = 101,
    CONV_DILATIONS = 102,
    CONV_STRIDES = 103,
    CONV_POST = 104,
    CONV_PRE = 105,
    CONV_DIMS = 106,
    HEUR_MODE = 200,
    HEUR_GRAPH = 201,
    HEUR_RESULTS = 202,
    CONFIG_ENGINE = 300,
    CONFIG_KNOBS = 302,
    PLAN_HANDLE = 400,
    PLAN_CONFIG = 401,
    PLAN_WORKSPACE = 402,
    KNOB_TYPE = 600,
    KNOB_VALUE = 601,
    FORWARD_ALPHA = 700,
    FORWARD_BETA = 701,
    FORWARD_CONV = 702,
    FORWARD_W = 703,
    FORWARD_X = 704,
    FORWARD_Y = 705,
    ELEMENTS_MODE = 750,
    ELEMENTS_X = 751,
    ELEMENTS_B = 752,
    ELEMENTS_Y = 753,
    GRAPH_HANDLE = 800,
    GRAPH_OPS = 801,
    GRAPH_ENGINES = 802,
    TENSOR_ALIGNMENT = 900,
    TENSOR_TYPE = 901,
    TENSOR_DIMS = 902,
    TENSOR_STRIDES = 903,
    TENSOR_ID = 906,
    TENSOR_VIRTUAL = 907,
    PACK_IDS = 1000,
    PACK_POINTERS = 1001,
    PACK_WORKSPACE = 1003,
    ENGINE_GRAPH = 1300,
    ENGINE_INDEX = 1301,
    ENGINE_NOTES = 1303,
    ENGINE_BEHAVIOR = 1305,
};

// Which kind has an attribute that can be set, its type, whether it is one value, and whether a default is missing.
struct Form {
    int kind, type;
    bool required, single;
};
const std::map<int, Form> FORMS = {
    {CONV_TYPE, {CONVOLUTION, T_DATA, false, true}},      {CONV_MODE, {CONVOLUTION, T_CONV_MODE, false, true}},
    {CONV_DILATIONS, {CONVOLUTION, T_INT64, true, false}}, {CONV_STRIDES, {CONVOLUTION, T_INT64, true, false}},
    {CONV_POST, {CONVOLUTION, T_INT64, false, false}},    {CONV_PRE, {CONVOLUTION, T_INT64, false, false}},
    {CONV_DIMS, {CONVOLUTION, T_INT64, true, true}},      {HEUR_MODE, {HEURISTICS, T_HEUR_MODE, true, true}},
    {HEUR_GRAPH, {HEURISTICS, T_DESCRIPTOR, true, true}}, {CONFIG_ENGINE, {ENGINE_CONFIG, T_DESCRIPTOR, true, true}},
    {PLAN_HANDLE, {PLAN, T_HANDLE, true, true}},          {PLAN_CONFIG, {PLAN, T_DESCRIPTOR, true, true}},
    {FORWARD_ALPHA, {FORWARD, T_FLOAT, false, true}},     {FORWARD_BETA, {FORWARD, T_FLOAT, false, true}},
    {FORWARD_CONV, {FORWARD, T_DESCRIPTOR, true, true}},  {FORWARD_W, {FORWARD, T_DESCRIPTOR, true, true}},
    {FORWARD_X, {FORWARD, T_DESCRIPTOR, true, true}},     {FORWARD_Y, {FORWARD, T_DESCRIPTOR, true, true}},
    {GRAPH_HANDLE, {GRAPH, T_HANDLE, true, true}},        {GRAPH_OPS, {GRAPH, T_DESCRIPTOR, true, false}},
    {TENSOR_ALIGNMENT, {TENSOR, T_INT64, true, true}},    {TENSOR_TYPE, {TENSOR, T_DATA, false, true}},
    {TENSOR_DIMS, {TENSOR, T_INT64, true, false}},        {TENSOR_STRIDES, {TENSOR, T_INT64, true, false}},
    {TENSOR_ID, {TENSOR, T_INT64, false, true}},          {PACK_IDS, {PACK, T_INT64, false, false}},
    {PACK_POINTERS, {PACK, T_POINTER, false, false}},     {PACK_WORKSPACE, {PACK, T_POINTER, false, true}},
    {ENGINE_GRAPH, {ENGINE, T_DESCRIPTOR, true, true}},   {ENGINE_INDEX, {ENGINE, T_INT64, true, true}},
    {TENSOR_VIRTUAL, {TENSOR, T_BOOLEAN, false, true}},   {CONFIG_KNOBS, {ENGINE_CONFIG, T_DESCRIPTOR, false, false}},
    {KNOB_TYPE, {KNOB_CHOICE, T_KNOB, true, true}},       {KNOB_VALUE, {KNOB_CHOICE, T_INT64, true, true}},
    {POINTWISE_MODE, {POINTWISE, T_POINTWISE_MODE, true, true}}, {POINTWISE_TYPE, {POINTWISE, T_DATA, false, true}},
    {POINTWISE_LOWER, {POINTWISE, T_DOUBLE, false, true}}, {POINTWISE_UPPER, {POINTWISE, T_DOUBLE, false, true}},
    {POINTWISE_SLOPE, {POINTWISE, T_DOUBLE, false, true}}, {POINTWISE_ELU, {POINTWISE, T_DOUBLE, false, true}},
    {POINTWISE_SWISH, {POINTWISE, T_DOUBLE, false, true}}, {ELEMENTS_MODE, {ELEMENTS, T_DESCRIPTOR, true, true}},
    {ELEMENTS_X, {ELEMENTS, T_DESCRIPTOR, true, true}},   {ELEMENTS_B, {ELEMENTS, T_DESCRIPTOR, false, true}},
    {ELEMENTS_Y, {ELEMENTS, T_DESCRIPTOR, true, true}},
};

struct Descriptor {
    int kind = 0;
    bool done = false;
    std::map<int, std::vector<int64_t>> values;  // pointers and floats by their bits

    const std::vector<int64_t>& all(int name) const {
        return values.at(name);
    }
    int64_t one(int name) const {
        return values.at(name).at(0);
    }
    int64_t one(int name, int64_t otherwise) const {
        auto found = values.find(name);
        return found == values.end() ? otherwise : found->second.at(0);
    }
    const Descriptor& other(int name) const {
        return *reinterpret_cast<const Descriptor*>(one(name));
    }
    double wide(int name, double otherwise) const {
        if (values.count(name)) {
            int64_t bits = one(name);
            std::memcpy(&otherwise, &bits, 8);
        }
        return otherwise;
    }
    float real(int name) const {
        float f = name == FORWARD_ALPHA ? 1 : 0;
        if (values.count(name)) {
            int64_t bits = one(name);
            std::memcpy(&f, &bits, 4);
        }
        return f;
    }
};

// What is done to each element after the convolution.
struct Stage {
    int mode;
    double lower, upper, slope, elu, swish;
    bool operand;
    Tensor b;
    int64_t bId;
};

struct Problem {
    Tensor x, w, y;
    int64_t xId, wId, yId;
    int padH, padW, strideH, strideW, dilationH, dilationW;
    float alpha, beta;
    std::vector<Stage> stages;
    Tensor written;
    int64_t writtenId;
    int64_t alignment;  // of the images, in bytes, as told
};

Tensor tensor(const Descriptor& d) {
    Tensor t;
    t.type = int(d.one(TENSOR_TYPE, FLOAT));
    t.rank = int(d.all(TENSOR_DIMS).size());
    for (int i = 0; i < t.rank; i++) {
        t.dim[i] = int(d.all(TENSOR_DIMS)[i]);
        t.stride[i] = int(d.all(TENSOR_STRIDES)[i]);
    }
    return t;
}

Stage stage(const Descriptor& op) {
    const Descriptor& how = op.other(ELEMENTS_MODE);
    bool two = op.values.count(ELEMENTS_B);
    return Stage{int(how.one(POINTWISE_MODE)),
                 how.wide(POINTWISE_LOWER, 0),
                 how.wide(POINTWISE_UPPER, HUGE_VAL),
                 how.wide(POINTWISE_SLOPE, 0),
                 how.wide(POINTWISE_ELU, 1),
                 how.wide(POINTWISE_SWISH, 1),
                 two,
                 two ? tensor(op.other(ELEMENTS_B)) : Tensor{},
                 two ? op.other(ELEMENTS_B).one(TENSOR_ID, 0) : 0};
}

Problem problem(const Descriptor& graph) {
    const Descriptor& op = graph.other(GRAPH_OPS);
    const Descriptor& conv = op.other(FORWARD_CONV);
    const Descriptor &x = op.other(FORWARD_X), &w = op.other(FORWARD_W), &y = op.other(FORWARD_Y);
    auto two = [&](int name, int i) { return conv.values.count(name) ? int(conv.all(name)[i]) : 0; };
    Problem p{tensor(x),
              tensor(w),
              tensor(y),
              x.one(TENSOR_ID, 0),
              w.one(TENSOR_ID, 0),
              y.one(TENSOR_ID, 0),
              two(CONV_PRE, 0),
              two(CONV_PRE, 1),
              two(CONV_STRIDES, 0),
              two(CONV_STRIDES, 1),
              two(CONV_DILATIONS, 0),
              two(CONV_DILATIONS, 1),
              op.real(FORWARD_ALPHA),
              op.real(FORWARD_BETA),
              {},
              tensor(y),
              y.one(TENSOR_ID, 0),
              x.one(TENSOR_ALIGNMENT)};
    const Descriptor* last = &y;
    for (size_t i = 1; i < graph.all(GRAPH_OPS).size(); i++) {
        const Descriptor& next = *reinterpret_cast<const Descriptor*>(graph.all(GRAPH_OPS)[i]);
        p.stages.push_back(stage(next));
        p.written = tensor(next.other(ELEMENTS_Y));
        p.writtenId = next.other(ELEMENTS_Y).one(TENSOR_ID, 0);
        last = &next.other(ELEMENTS_Y);
    }
    p.alignment = std::min(p.alignment, last->one(TENSOR_ALIGNMENT));
    return p;
}

// A chain that begins with a convolution: each operation reads what the one before it wrote, which lies nowhere.
int chained(const Descriptor& graph) {
    const char* call = "cudnnBackendFinalize";
    const Descriptor* before = nullptr;
    for (int64_t each : graph.all(GRAPH_OPS)) {
        const auto& op = *reinterpret_cast<const Descriptor*>(each);
        if (op.kind != (before ? ELEMENTS : FORWARD)) {
            return refuse(DNN_UNSUPPORTED, call, "the stand-in has graphs of one convolution and what follows it");
        }
        if (before && &op.other(ELEMENTS_X) != before) {
            return refuse(DNN_UNSUPPORTED, call, "an operation does not read what the one before it gives");
        }
        const Descriptor& y = op.other(before ? int(ELEMENTS_Y) : int(FORWARD_Y));
        if ((y.one(TENSOR_VIRTUAL, 0) != 0) != (each != graph.all(GRAPH_OPS).back())) {
            return refuse(DNN_BAD_PARAM, call, "what is between two operations is virtual, and nothing else");
        }
        before = &y;
    }
    return DNN_OK;
}

// A tensor that is added after a bias.
bool addsLate(const Problem& p) {
    bool biased = false;
    for (const Stage& s : p.stages) {
        bool one = s.operand && s.b.elements() == s.b.dim[1];
        if (s.operand && !one && biased) {
            return true;
        }
        biased = one;
    }
    return false;
}

bool packed(const Tensor& t) {
    return t.extent() == t.elements();
}

int sound(const Problem& p) {
    if (p.x.rank != 4 || p.w.rank != 4 || p.y.rank != 4) {
        return refuse(DNN_BAD_PARAM, "graph", "x, w and y have 4 dimensions");
    }
    // Fewer channels in the filter are groups.
    if (p.x.dim[1] % p.w.dim[1] || p.y.dim[1] != p.w.dim[0] || p.x.dim[0] != p.y.dim[0]) {
        return refuse(DNN_BAD_PARAM, "graph", "channels or images do not fit");
    }
    int h = 1 + (p.x.dim[2] + 2 * p.padH - (p.w.dim[2] - 1) * p.dilationH - 1) / p.strideH;
    int w = 1 + (p.x.dim[3] + 2 * p.padW - (p.w.dim[3] - 1) * p.dilationW - 1) / p.strideW;
    return h == p.y.dim[2] && w == p.y.dim[3] ? DNN_OK : refuse(DNN_BAD_PARAM, "graph", "y is not of that size");
}

bool each(const Descriptor& d, int name, int64_t least, size_t count) {
    auto found = d.values.find(name);
    if (found == d.values.end()) {
        return true;
    }
    const auto& v = found->second;
    return v.size() == count && std::all_of(v.begin(), v.end(), [=](int64_t e) { return e >= least; });
}

// What is refused when a descriptor is finalized, beside attributes that are missing.
int check(const Descriptor& d, const char* call) {
    int64_t alignment = d.kind == TENSOR ? d.one(TENSOR_ALIGNMENT) : 1;
    if (alignment <= 0 || (alignment & (alignment - 1))) {
        return refuse(DNN_BAD_PARAM, call, "an alignment is a power of two");
    }
    size_t rank = d.kind == TENSOR ? d.all(TENSOR_DIMS).size() : 0;
    if (d.kind == TENSOR && (!each(d, TENSOR_DIMS, 0, rank) || !each(d, TENSOR_STRIDES, 0, rank))) {
        return refuse(DNN_BAD_PARAM, call, "as many strides as dimensions, none negative");
    }
    if (d.kind == CONVOLUTION) {
        size_t axes = size_t(d.one(CONV_DIMS));
        if (d.one(CONV_DIMS) < 1 || !each(d, CONV_DILATIONS, 1, axes) || !each(d, CONV_STRIDES, 1, axes) || !each(d, CONV_PRE, 0, axes)
            || !each(d, CONV_POST, 0, axes)) {
            return refuse(DNN_BAD_PARAM, call, "a stride, dilation or padding for each axis");
        }
    }
    if (d.kind == PACK
        && (d.values.count(PACK_IDS) != d.values.count(PACK_POINTERS)
            || (d.values.count(PACK_IDS) && d.all(PACK_IDS).size() != d.all(PACK_POINTERS).size()))) {
        return refuse(DNN_BAD_PARAM, call, "as many pointers as identifiers");
    }
    if (d.kind == ELEMENTS) {
        const Descriptor &x = d.other(ELEMENTS_X), &y = d.other(ELEMENTS_Y);
        int mode = int(d.other(ELEMENTS_MODE).one(POINTWISE_MODE));
        bool two = d.values.count(ELEMENTS_B);
        if (two != (mode == 0)) {
            return refuse(DNN_BAD_PARAM, call, "a sum has two operands, an activation one");
        }
        if (!tensor(x).sameDims(tensor(y))) {
            return refuse(DNN_BAD_PARAM, call, "x and y are not of one size");
        }
        for (int i = 0; two && i < 4; i++) {
            int b = tensor(d.other(ELEMENTS_B)).dim[i];
            if (b != 1 && b != tensor(x).dim[i]) {
                return refuse(DNN_BAD_PARAM, call, "b does not fit x");
            }
        }
        return DNN_OK;
    }
    if (d.kind == FORWARD) {
        for (int name : {FORWARD_X, FORWARD_W, FORWARD_Y, FORWARD_CONV}) {
            if (!d.other(name).done) {
                return refuse(DNN_BAD_PARAM, call, "an attribute is a descriptor that is not finalized");
            }
        }
        Descriptor graph;
        graph.values[GRAPH_OPS] = {reinterpret_cast<int64_t>(&d)};
        Problem p = problem(graph);
        if (!takesStridedFilters() && !packed(p.w)) {
            return refuse(DNN_BAD_PARAM, call, "the filter has gaps");
        }
        return sound(p);
    }
    return DNN_OK;
}

constexpr int64_t ENGINES = 4, SPOILT = 2, WORKSPACE = 52, CHOICE = 14, CHOICES = 8, TENSOR_CORES = 0, WIDE = 16;

int takes(int64_t engine, const Problem& p) {
    long fault = graphFault();
    if (fault == 7 || (fault == 2 && engine == SPOILT)) {
        return DNN_UNSUPPORTED;
    }
    bool last = p.x.hwcPacked() && p.written.hwcPacked() && p.w.stride[1] == 1;
    bool gaps = p.x.extent() > p.x.elements() || p.written.extent() > p.written.elements();
    if ((fault == 8 && gaps) || (engine == 3 && p.alignment < WIDE)) {
        return DNN_UNSUPPORTED;
    }
    switch (engine) {
        case 0: return packed(p.w) && last ? DNN_OK : DNN_UNSUPPORTED_LAYOUT;
        case 1:
        case 3: return packed(p.w) ? DNN_OK : DNN_UNSUPPORTED_LAYOUT;
        case 2: return packed(p.w) || takesStridedFilters() ? DNN_OK : DNN_UNSUPPORTED_LAYOUT;
        default: return DNN_UNSUPPORTED;
    }
}

// Whether each tensor lies as aligned as it was said to; kernels load as much at once as that allows.
bool aligned(const Descriptor& graph, const std::function<void*(int64_t)>& at) {
    auto lies = [&](const Descriptor& tensor) {
        bool there = !tensor.one(TENSOR_VIRTUAL, 0);
        return !there || reinterpret_cast<uintptr_t>(at(tensor.one(TENSOR_ID, 0))) % tensor.one(TENSOR_ALIGNMENT) == 0;
    };
    bool all = true;
    for (int64_t each : graph.all(GRAPH_OPS)) {
        const auto& op = *reinterpret_cast<const Descriptor*>(each);
        if (op.kind == FORWARD) {
            all &= lies(op.other(FORWARD_X)) && lies(op.other(FORWARD_W)) && lies(op.other(FORWARD_Y));
        } else {
            all &= lies(op.other(ELEMENTS_Y)) && (!op.values.count(ELEMENTS_B) || lies(op.other(ELEMENTS_B)));
        }
    }
    return all;
}

int64_t workspace(int64_t engine) {
    return graphFault() == 4 && engine == SPOILT ? int64_t(1) << 40 : WORKSPACE;
}

float element(const Stage& s, float x, float b) {
    switch (s.mode) {
        case 0: return x + b;
        case 4: return std::sqrt(x);
        case 10: return std::fabs(x);
        case 13: return std::exp(x);
        case 100: return x < s.lower ? float(s.lower + s.slope * (x - s.lower)) : std::min(x, float(s.upper));
        case 101: return std::tanh(x);
        case 102: return 1 / (1 + std::exp(-x));
        case 103: return x < 0 ? float(s.elu) * (std::exp(x) - 1) : x;
        case 106: return x / (1 + std::exp(-float(s.swish) * x));
        default: return std::nanf("");
    }
}

int run(const Problem& p, int64_t engine, const void* x, const void* w, const std::vector<const void*>& operands, void* y, void* work) {
    if (!require("convolution plan, workspace", work, WORKSPACE)) {
        return ILLEGAL_ADDRESS;
    }
    std::vector<float> in = read("convolution plan, x", p.x, x), f = read("convolution plan, w", p.w, w);
    if (in.empty() || f.empty()) {
        return ILLEGAL_ADDRESS;
    }
    if (engine == 3 && p.x.type == FLOAT) {
        roundAll(in, TF32);
        roundAll(f, TF32);
    }
    int C = p.w.dim[1], R = p.w.dim[2], S = p.w.dim[3], H = p.x.dim[2], W = p.x.dim[3], K = p.w.dim[0];
    int P = p.y.dim[2], Q = p.y.dim[3], G = p.x.dim[1] / C;
    std::vector<float> out(p.y.elements());
    std::vector<float> column(size_t(C) * R * S * P * Q);
    for (int n = 0; n < p.x.dim[0]; n++) {
        for (int g = 0; g < G; g++) {
            size_t at = 0;
            for (int c = g * C; c < (g + 1) * C; c++) {
                for (int r = 0; r < R; r++) {
                    for (int s = 0; s < S; s++) {
                        for (int i = 0; i < P; i++) {
                            for (int j = 0; j < Q; j++, at++) {
                                int row = i * p.strideH - p.padH + r * p.dilationH, col = j * p.strideW - p.padW + s * p.dilationW;
                                bool inside = row >= 0 && row < H && col >= 0 && col < W;
                                column[at] = inside ? in[((size_t(n) * p.x.dim[1] + c) * H + row) * W + col] : 0;
                            }
                        }
                    }
                }
            }
            size_t k = size_t(K / G) * g;
            multiply(f.data() + k * C * R * S, column.data(), out.data() + (size_t(n) * K + k) * P * Q, K / G, long(P) * Q,
                     long(C) * R * S);
        }
    }
    for (float& v : out) {
        v *= p.alpha;
    }
    for (size_t i = 0; i < p.stages.size(); i++) {
        const Stage& s = p.stages[i];
        std::vector<float> b = s.operand ? read("convolution plan, b", s.b, operands[i]) : std::vector<float>(1);
        if (b.empty()) {
            return ILLEGAL_ADDRESS;
        }
        for (size_t e = 0; e < out.size(); e++) {
            size_t q = e % Q, r = e / Q % P, k = e / Q / P % K, n = e / Q / P / K, from = 0;
            size_t place[] = {n, k, r, q};
            for (int axis = 0; s.operand && axis < 4; axis++) {
                from = from * s.b.dim[axis] + (s.b.dim[axis] == 1 ? 0 : place[axis]);
            }
            out[e] = element(s, out[e], b[from]);
        }
    }
    if (graphFault() == 1 && engine == SPOILT) {
        out[out.size() / 2] += 1 + std::fabs(out[out.size() / 2]);
    }
    Tensor written = p.written;
    if (graphFault() == 5 && engine == SPOILT && written.extent() > written.elements()) {
        // As if there were no gaps: one element of what lies behind the first image or pixel is overwritten.
        int axis = written.stride[1] == 1 ? 3 : 0;
        int gap = axis == 3 ? written.dim[1] : written.dim[1] * written.dim[2] * written.dim[3];
        Tensor beside = written;
        std::fill(beside.dim, beside.dim + 4, 1);
        char* there = static_cast<char*>(y) + size_t(gap) * sizeOf(written.type);
        if (int error = write("convolution plan, beside y", beside, there, {1234.f}, 0)) {
            return error;
        }
    }
    return write("convolution plan, y", written, y, out, p.stages.empty() ? p.beta : 0);
}

int64_t read64(int type, const void* array, int64_t i) {
    int64_t value = 0;
    switch (type) {
        case T_DATA:
        case T_CONV_MODE:
        case T_POINTWISE_MODE:
        case T_KNOB:
        case T_HEUR_MODE: return static_cast<const int32_t*>(array)[i];
        case T_BOOLEAN: return static_cast<const char*>(array)[i] != 0;
        case T_FLOAT: std::memcpy(&value, static_cast<const float*>(array) + i, 4); return value;
        default: std::memcpy(&value, static_cast<const char*>(array) + 8 * i, 8); return value;
    }
}

}  // namespace

extern "C" {

int cudnnBackendInitialize(void*) {
    return DNN_UNSUPPORTED;
}

int cudnnBackendCreateDescriptor(int kind, Descriptor** made) {
    static const int kinds[] = {POINTWISE, CONVOLUTION, ENGINE, ENGINE_CONFIG, HEURISTICS, PLAN,
                                KNOB_CHOICE, FORWARD, ELEMENTS, GRAPH, PACK, TENSOR};
    if (std::find(std::begin(kinds), std::end(kinds), kind) == std::end(kinds)) {
        return refuse(DNN_UNSUPPORTED, "cudnnBackendCreateDescriptor", "the stand-in has no such descriptor");
    }
    if (int status = create(made)) {
        return status;
    }
    (*made)->kind = kind;
    return DNN_OK;
}

int cudnnBackendDestroyDescriptor(Descriptor* d) {
    return destroy(d);
}

int cudnnBackendSetAttribute(Descriptor* d, int name, int type, int64_t count, const void* array) {
    const char* call = "cudnnBackendSetAttribute";
    if (!lives(d) || d->done || !array || count < 1) {
        return refuse(DNN_BAD_PARAM, call, "no descriptor, or one that is finalized, or no value");
    }
    auto form = FORMS.find(name);
    if (form == FORMS.end() || form->second.kind != d->kind) {
        return refuse(DNN_BAD_PARAM, call, "the descriptor has no such attribute");
    }
    if (form->second.type != type) {
        bool named = (d->kind == TENSOR || d->kind == CONVOLUTION) && name != CONV_DIMS;
        return refuse(named ? DNN_ATTRIBUTE_TYPE : d->kind == PACK ? DNN_UNSUPPORTED : DNN_BAD_PARAM, call,
                      "the attribute is of another type");
    }
    if (form->second.single && count > 1) {
        return refuse(d->kind == FORWARD && type == T_DESCRIPTOR ? DNN_UNSUPPORTED : DNN_BAD_PARAM, call, "one value");
    }
    std::vector<int64_t> values;
    for (int64_t i = 0; i < count; i++) {
        values.push_back(read64(type, array, i));
        if (type == T_DESCRIPTOR) {
            // Tensors of an operation may be finalized until it is.
            auto* other = reinterpret_cast<Descriptor*>(values.back());
            if (!lives(other) || (!other->done && d->kind != FORWARD)) {
                return refuse(DNN_NOT_FINALIZED, call, "an attribute is a descriptor that is not finalized");
            }
        }
    }
    if (name == CONV_DIMS && values[0] > 8) {
        return refuse(DNN_BAD_PARAM, call, "so many axes");
    }
    d->values[name] = values;
    return DNN_OK;
}

int cudnnBackendFinalize(Descriptor* d) {
    const char* call = "cudnnBackendFinalize";
    if (!lives(d) || d->done) {
        return refuse(DNN_BAD_PARAM, call, "no descriptor, or one that is finalized");
    }
    for (auto& [name, form] : FORMS) {
        if (form.kind == d->kind && form.required && !d->values.count(name)) {
            bool after = d->kind == ENGINE_CONFIG || d->kind == PLAN;
            return refuse(after ? DNN_NOT_FINALIZED : DNN_BAD_PARAM, call, "an attribute is missing");
        }
    }
    if (int status = check(*d, call)) {
        return status;
    }
    if (d->kind == GRAPH) {
        if (int status = chained(*d)) {
            return status;
        }
    }
    if (d->kind == ENGINE && (d->one(ENGINE_INDEX) < 0 || d->one(ENGINE_INDEX) >= ENGINES)) {
        return refuse(DNN_BAD_PARAM, call, "no such engine");
    }
    if (d->kind == PLAN) {
        const Descriptor& engine = d->other(PLAN_CONFIG).other(CONFIG_ENGINE);
        if (int status = takes(engine.one(ENGINE_INDEX), problem(engine.other(ENGINE_GRAPH)))) {
            return refuse(status, call, "the engine does not take these tensors");
        }
        const Descriptor& config = d->other(PLAN_CONFIG);
        for (int64_t each : config.values.count(CONFIG_KNOBS) ? config.all(CONFIG_KNOBS) : std::vector<int64_t>()) {
            const auto& choice = *reinterpret_cast<const Descriptor*>(each);
            if (choice.one(KNOB_TYPE) != CHOICE || choice.one(KNOB_VALUE) < 0 || choice.one(KNOB_VALUE) >= CHOICES) {
                return refuse(DNN_UNSUPPORTED, call, "the engine has no such choice");
            }
        }
    }
    d->done = true;
    return DNN_OK;
}

int cudnnBackendGetAttribute(Descriptor* d, int name, int type, int64_t most, int64_t* count, void* array) {
    const char* call = "cudnnBackendGetAttribute";
    if (!lives(d)) {
        return refuse(DNN_BAD_PARAM, call, "no descriptor");
    }
    if (!d->done) {
        return refuse(d->kind == PACK ? DNN_BAD_PARAM : DNN_NOT_INITIALIZED, call, "it is not finalized");
    }
    auto own = FORMS.find(name);
    if (d->kind == TENSOR && own != FORMS.end() && own->second.type == T_INT64 && type == T_INT64 && array) {
        auto found = d->values.find(name);
        *count = found == d->values.end() ? 0 : int64_t(found->second.size());
        for (int64_t i = 0; i < std::min(most, *count); i++) {
            static_cast<int64_t*>(array)[i] = found->second[i];
        }
        return DNN_OK;
    }
    auto** out = static_cast<Descriptor**>(array);
    if (d->kind == HEURISTICS && name == HEUR_RESULTS && type == T_DESCRIPTOR) {
        // Into descriptors that the caller made; an engine that does not take the tensors may be among them.
        if (graphFault() == 6) {
            return refuse(DNN_EXECUTION_FAILED, call, "the heuristics are spoilt");
        }
        int64_t there = addsLate(problem(d->other(HEUR_GRAPH))) ? 0 : ENGINES;
        *count = there;
        for (int64_t i = 0; out && i < std::min(most, there); i++) {
            if (!lives(out[i]) || out[i]->kind != ENGINE_CONFIG) {
                return refuse(DNN_BAD_PARAM, call, "results go to engine configurations that were made");
            }
            auto* engine = new Descriptor;
            engine->kind = ENGINE;
            engine->values = {{ENGINE_GRAPH, {d->one(HEUR_GRAPH)}}, {ENGINE_INDEX, {i}}};
            engine->done = true;
            born(engine);
            out[i]->values[CONFIG_ENGINE] = {reinterpret_cast<int64_t>(engine)};
            if (i == 1) {
                auto* choice = new Descriptor;
                choice->kind = KNOB_CHOICE;
                choice->values = {{KNOB_TYPE, {CHOICE}}, {KNOB_VALUE, {3}}};
                choice->done = true;
                born(choice);
                out[i]->values[CONFIG_KNOBS] = {reinterpret_cast<int64_t>(choice)};
            }
            out[i]->done = true;
        }
        return DNN_OK;
    }
    if (d->kind == ENGINE_CONFIG && name == CONFIG_ENGINE && type == T_DESCRIPTOR && out && most == 1) {
        const Descriptor& engine = d->other(CONFIG_ENGINE);
        if (!lives(out[0]) || out[0]->kind != ENGINE) {
            return refuse(DNN_BAD_PARAM, call, "the result goes to an engine that was made");
        }
        out[0]->values = engine.values;
        out[0]->done = true;
        *count = 1;
        return DNN_OK;
    }
    if (d->kind == ENGINE_CONFIG && name == CONFIG_KNOBS && type == T_DESCRIPTOR) {
        // Into descriptors that the caller made; without any it does not say how many there are.
        auto found = d->values.find(CONFIG_KNOBS);
        *count = found == d->values.end() || !out || most == 0 ? 0 : int64_t(found->second.size());
        for (int64_t i = 0; i < std::min(most, *count); i++) {
            if (!lives(out[i]) || out[i]->kind != KNOB_CHOICE) {
                return refuse(DNN_BAD_PARAM, call, "results go to choices that were made");
            }
            out[i]->values = reinterpret_cast<const Descriptor*>(found->second[i])->values;
            out[i]->done = true;
        }
        return DNN_OK;
    }
    if (d->kind == KNOB_CHOICE && name == KNOB_TYPE && type == T_KNOB && array && most >= 1) {
        *static_cast<int32_t*>(array) = int32_t(d->one(KNOB_TYPE));
        *count = 1;
        return DNN_OK;
    }
    if (d->kind == KNOB_CHOICE && name == KNOB_VALUE && type == T_INT64 && array && most >= 1) {
        *static_cast<int64_t*>(array) = d->one(KNOB_VALUE);
        *count = 1;
        return DNN_OK;
    }
    if (d->kind == ENGINE && name == ENGINE_NOTES && type == T_NOTE && array && most >= 1) {
        *count = d->one(ENGINE_INDEX) == 3 ? 1 : 0;
        if (*count) {
            *static_cast<int32_t*>(array) = TENSOR_CORES;
        }
        return DNN_OK;
    }
    if (d->kind == ENGINE && name == ENGINE_BEHAVIOR && type == T_BEHAVIOR && array && most >= 1) {
        *count = 0;
        return DNN_OK;
    }
    if (d->kind == GRAPH && name == GRAPH_ENGINES && type == T_INT64 && array) {
        *static_cast<int64_t*>(array) = ENGINES;
        *count = 1;
        return DNN_OK;
    }
    if (d->kind == ENGINE && name == ENGINE_INDEX && type == T_INT64 && array) {
        *static_cast<int64_t*>(array) = d->one(ENGINE_INDEX);
        *count = 1;
        return DNN_OK;
    }
    if (d->kind == PLAN && name == PLAN_WORKSPACE && type == T_INT64 && array) {
        *static_cast<int64_t*>(array) = workspace(d->other(PLAN_CONFIG).other(CONFIG_ENGINE).one(ENGINE_INDEX));
        *count = 1;
        return DNN_OK;
    }
    bool foreign = own == FORMS.end() || own->second.kind != d->kind;
    return refuse(foreign ? DNN_BAD_PARAM : DNN_UNSUPPORTED, call, "the stand-in does not tell that");
}

int cudnnBackendExecute(Handle* handle, Descriptor* plan, Descriptor* pack) {
    const char* call = "cudnnBackendExecute";
    if (!lives(handle) || !lives(plan) || !plan->done || plan->kind != PLAN || !lives(pack) || !pack->done
        || pack->kind != PACK) {
        return refuse(DNN_BAD_PARAM, call, "a handle, a plan and a variant pack, finalized");
    }
    const Descriptor& engine = plan->other(PLAN_CONFIG).other(CONFIG_ENGINE);
    int64_t index = engine.one(ENGINE_INDEX);
    if (graphFault() == 3 && index == SPOILT) {
        return refuse(DNN_EXECUTION_FAILED, call, "the engine is spoilt");
    }
    Problem p = problem(engine.other(ENGINE_GRAPH));
    auto at = [&](int64_t id) -> void* {
        const auto& ids = pack->all(PACK_IDS);
        auto found = std::find(ids.begin(), ids.end(), id);
        return found == ids.end() ? nullptr : reinterpret_cast<void*>(pack->all(PACK_POINTERS)[found - ids.begin()]);
    };
    void *x = at(p.xId), *w = at(p.wId), *y = at(p.writtenId);
    std::vector<const void*> operands;
    bool whole = x && w && y;
    for (const Stage& s : p.stages) {
        operands.push_back(s.operand ? at(s.bId) : nullptr);
        whole &= !s.operand || operands.back();
    }
    if (!aligned(engine.other(ENGINE_GRAPH), at)) {
        return launch(handle, [] { return MISALIGNED_ADDRESS; });
    }
    void* work = pack->values.count(PACK_WORKSPACE) ? reinterpret_cast<void*>(pack->one(PACK_WORKSPACE)) : nullptr;
    if (!whole || !work) {
        return refuse(DNN_BAD_PARAM, call, "a tensor or the workspace has no pointer");
    }
    return launch(handle, [=] { return run(p, index, x, w, operands, y, work); });
}

}  // extern "C"
