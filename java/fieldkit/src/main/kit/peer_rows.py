"""What peer.py measures: one row after the other, in a process of its own."""
import json
import os
import statistics
import sys
import time

try:
    import torch
    from torch import nn
except (ImportError, OSError) as missing:  # OSError: a library that torch is linked with is not there
    print(f"no torch in this Python ({missing})", file=sys.stderr)
    sys.exit(3)

FAILED = 4


class Convolutions:
    """The other side's, in its order: how many results each has, and whether it is the one that is asked for."""

    def __init__(self, rows):
        self.rows = iter(rows)

    def take(self, i, k, s, depthwise=False):
        inputs, outputs, window, stride, groups = next(self.rows)
        wanted, there = (i, k, s, i if depthwise else 1), (inputs, window, stride, groups)
        if wanted != there:
            raise ValueError(f"the networks differ: {wanted} here, {there} there")
        return outputs


class Conv(nn.Conv2d):
    """A convolution with what follows it; normalisation is folded, as ours is."""

    fused = False

    def __init__(self, convolutions, i, k, s=1, depthwise=False, relu=True, gain=1.0):
        o = convolutions.take(i, k, s, depthwise)
        super().__init__(i, o, k, s, k // 2, groups=i if depthwise else 1)
        self.relu = relu
        # As large as the inputs at any depth: zeros and numbers without bits cost a GPU less than others.
        nn.init.kaiming_normal_(self.weight, nonlinearity="relu" if relu else "linear")
        self.weight.data.mul_(gain)
        nn.init.normal_(self.bias, std=0.1)

    def forward(self, x, residual=None):
        if self.fused and self.groups == 1 and (self.relu or residual is not None):
            how = (self.bias, self.stride, self.padding, self.dilation, self.groups)
            if residual is not None:
                return torch.cudnn_convolution_add_relu(x, self.weight, residual, 1.0, *how)
            return torch.cudnn_convolution_relu(x, self.weight, *how)
        y = super().forward(x)
        if residual is not None:
            y += residual
            return torch.relu_(y)
        return torch.relu_(y) if self.relu else y


class Bottleneck(nn.Module):
    def __init__(self, convolutions, i, s, project):
        super().__init__()
        self.one = Conv(convolutions, i, 1)
        self.two = Conv(convolutions, self.one.out_channels, 3, s)
        self.three = Conv(convolutions, self.two.out_channels, 1, relu=False, gain=0.3)
        self.short = Conv(convolutions, i, 1, s, relu=False) if project else None
        self.out_channels = self.three.out_channels

    def forward(self, x):
        return self.three(self.two(self.one(x)), self.short(x) if self.short is not None else x)


class Inverted(nn.Module):
    def __init__(self, convolutions, i, expand, s, add):
        super().__init__()
        head = [] if expand == 1 else [Conv(convolutions, i, 1)]
        mid = head[0].out_channels if head else i
        dw = Conv(convolutions, mid, 3, s, depthwise=True)
        self.body = nn.Sequential(*head, dw, Conv(convolutions, mid, 1, relu=False, gain=0.3 if add else 1.0))
        self.add = add
        self.out_channels = self.body[-1].out_channels

    def forward(self, x):
        return x + self.body(x) if self.add else self.body(x)


def classifier(channels, classes):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]


def resnet50(convolutions, classes):
    layers = [Conv(convolutions, 3, 7, 2), nn.MaxPool2d(3, 2, 1)]
    i = layers[0].out_channels
    for stage, n in enumerate((3, 4, 6, 3)):
        for b in range(n):
            layers.append(Bottleneck(convolutions, i, 2 if b == 0 and stage else 1, b == 0))
            i = layers[-1].out_channels
    return nn.Sequential(*layers, *classifier(i, classes))


def mobilenetv2(convolutions, classes):
    layers = [Conv(convolutions, 3, 3, 2)]
    for e, n, s in ((1, 1, 1), (6, 2, 2), (6, 3, 2), (6, 4, 2), (6, 3, 1), (6, 3, 2), (6, 1, 1)):
        for b in range(n):
            layers.append(Inverted(convolutions, layers[-1].out_channels, e, s if b == 0 else 1, b > 0))
    layers.append(Conv(convolutions, layers[-1].out_channels, 1))
    return nn.Sequential(*layers, *classifier(layers[-1].out_channels, classes))


MAKE = {"resnet50": resnet50, "mobilenetv2": mobilenetv2}


def make(network):
    net = MAKE[network["model"]](Convolutions(network["convolutions"]), network["classes"]).eval()
    there = sum(p.numel() for p in net.parameters())
    if there != network["parameters"]:
        raise ValueError(f"the networks differ: {there} parameters here, {network['parameters']} there")
    return net


def median_ms(calls, one):
    times = []
    for _ in range(calls):
        start = time.perf_counter()
        one()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def device_ms(calls, graph):
    """Between two events of the device: without copies and without the host."""
    times = []
    for _ in range(calls):
        a, b = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        a.record()
        graph.replay()
        b.record()
        b.synchronize()
        times.append(a.elapsed_time(b))
    return statistics.median(times)


def record(work):
    """A CUDA graph of the work, which ran before: libraries choose and allocate at a first call."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(5):
            work()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work()
    return graph


def allow_tf32(yes):
    try:
        torch.backends.cudnn.allow_tf32 = yes
        torch.backends.cuda.matmul.allow_tf32 = yes
    except (AttributeError, RuntimeError):  # the names of newer versions, which may not be mixed with the others
        for part in (torch.backends.cudnn.conv, torch.backends.cudnn.rnn, torch.backends.cuda.matmul):
            part.fp32_precision = "tf32" if yes else "ieee"


def one_way(net, batch, dtype, size, calls, layout):
    x = torch.randn(batch, 3, size, size, device="cuda", dtype=dtype).to(memory_format=layout)
    # As the other side is measured: from float32 in pinned memory to float32 in pinned memory.
    host_in = torch.randn(batch, 3, size, size).pin_memory()
    host_out = torch.full((batch, net[-1].out_features), float("nan")).pin_memory()
    staged = torch.empty(batch, 3, size, size, device="cuda")
    stream = torch.cuda.current_stream()

    def with_copies():
        staged.copy_(host_in, non_blocking=True)
        x.copy_(staged)
        host_out.copy_(net(x).float(), non_blocking=True)

    bare, whole = record(lambda: net(x)), record(with_copies)

    def call():
        whole.replay()
        stream.synchronize()

    for _ in range(100):
        call()
    got = {"call_ms": round(median_ms(calls, call), 5), "device_ms": round(device_ms(min(calls, 100), bare), 5)}
    host_in.normal_()
    host_out.fill_(float("nan"))
    call()
    fused, Conv.fused = Conv.fused, False  # held to PyTorch's own layers, called one by one
    want = net(host_in.cuda().to(dtype).to(memory_format=layout)).float().cpu()
    Conv.fused = fused
    error = float((host_out - want).abs().max() / want.abs().max())
    if not error < 0.02:
        raise ValueError(f"a replay's results are not those of the layers: {error}")
    return got


def measure(net, batch, dtype, tf32, size, calls):
    torch.backends.cudnn.benchmark = True
    allow_tf32(tf32)
    net = net.cuda().to(dtype)
    layouts = [("channels last", torch.channels_last)]
    if dtype == torch.float32 and not tf32:
        layouts.append(("channels first", torch.contiguous_format))
    row = {"ways": {}}
    for name, layout in layouts:
        net = net.to(memory_format=layout)
        for fused in (False, True):
            Conv.fused = fused
            way = ("fused, " if fused else "") + name
            try:
                got = one_way(net, batch, dtype, size, calls, layout)
            except (RuntimeError, AttributeError, NotImplementedError, ValueError) as e:
                if not fused or not row["ways"] or "CUDA error" in str(e):
                    raise
                row["ways"][way] = {"error": first_line(e)}  # a way that this version has not
                continue
            row["ways"][way] = got
            if got["call_ms"] < row.get("call_ms", float("inf")):
                row.update(got, way=way)
    return row


def rehearse(net, batch, size):
    """Without a GPU: the network runs once, nothing is measured."""
    out = net(torch.randn(batch, 3, size, size))
    if not 0.01 < float(out.std()) < 100:
        raise ValueError(f"results of no size: {float(out.std())}")
    return {"parameters": sum(p.numel() for p in net.parameters())}


def first_line(e):
    return (str(e) or type(e).__name__).splitlines()[0]


def row_of(asked, network, options, size, calls):
    dtype, tf32 = {"fp16": (torch.float16, False), "tf32": (torch.float32, True), "fp32": (torch.float32, False)}[
        asked["precision"]]
    net = make(network)
    with torch.inference_mode():
        if "--rehearse" in options:
            return rehearse(net, asked["batch"], size)
        return measure(net, asked["batch"], dtype, tf32, size, calls)


def main(out, networks, begin, options):
    """Rows from one on, until one fails: an error of CUDA's can spoil all that this process does after it."""
    rehearsal = "--rehearse" in options
    if not rehearsal and not torch.cuda.is_available():
        print(f"this torch ({torch.__version__}, CUDA {torch.version.cuda}) sees no GPU", file=sys.stderr)
        return 3
    with open(networks) as f:
        given = json.load(f)
    if "--every-algorithm" in options:
        torch.backends.cudnn.benchmark_limit = 0
    about = {"torch": torch.__version__, "cudnn": torch.backends.cudnn.version(), "rehearsal": rehearsal,
             "device": "none" if rehearsal else torch.cuda.get_device_name(), "size": given["size"],
             "algorithms tried": torch.backends.cudnn.benchmark_limit}
    with open(out) as f:
        content = json.load(f)
    content.update(about)
    for asked in content["plan"][begin:]:
        network = next(n for n in given["networks"] if (n["model"], n["width"]) == (asked["model"], asked["width"]))
        row, began = dict(asked), time.perf_counter()
        try:
            row.update(row_of(asked, network, options, given["size"], 50 if "--quick" in options else 500))
        except Exception as e:  # a row that fails loses only itself
            row["error"] = first_line(e)
        row["seconds"] = round(time.perf_counter() - began, 1)
        content["rows"].append(row)
        print(*(row.get(k, "-") for k in ("model", "precision", "batch", "width")),
              *(f"{k} {row[k]}" for k in ("call_ms", "device_ms", "way", "parameters", "error", "seconds") if k in row),
              flush=True)
        with open(out + ".part", "w") as f:
            json.dump(content, f, indent=1)
        os.replace(out + ".part", out)
        if "error" in row:
            return FAILED
    return 0


sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]))
