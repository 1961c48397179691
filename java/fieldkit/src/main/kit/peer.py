"""PyTorch with cuDNN, CUDA graphs and channels-last: a dedicated ResNet-50 and MobileNetV2 of each width.

peer.py OUT.json [--quick] [--rehearse]. Needs torch with a GPU; the networks are written out here, so torchvision is not
needed. --rehearse runs each network once on the CPU and measures nothing.
"""
import json
import statistics
import sys
import time

try:
    import torch
    from torch import nn
except ImportError as missing:
    print(f"no torch in this Python ({missing})", file=sys.stderr)
    sys.exit(3)


def cnr(i, o, k, s=1, g=1, act=True):
    layers = [nn.Conv2d(i, o, k, s, k // 2, groups=g)]  # normalisation folded, as ours is
    return nn.Sequential(*layers, nn.ReLU(inplace=True)) if act else layers[0]


def cut(n, width):
    return max(8, int(n * width / 8 + 0.5) * 8)


class Bottleneck(nn.Module):
    def __init__(self, i, mid, o, s):
        super().__init__()
        self.body = nn.Sequential(cnr(i, mid, 1), cnr(mid, mid, 3, s), cnr(mid, o, 1, act=False))
        self.short = cnr(i, o, 1, s, act=False) if s != 1 or i != o else nn.Identity()

    def forward(self, x):
        return torch.relu_(self.body(x) + self.short(x))


class Inverted(nn.Module):
    def __init__(self, i, o, e, s):
        super().__init__()
        mid = i * e
        head = [cnr(i, mid, 1)] if e != 1 else []
        self.body = nn.Sequential(*head, cnr(mid, mid, 3, s, mid), cnr(mid, o, 1, act=False))
        self.add = s == 1 and i == o

    def forward(self, x):
        return x + self.body(x) if self.add else self.body(x)


def classifier(channels):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000)]


def resnet50(width):
    c = cut(64, width)
    layers, i = [cnr(3, c, 7, 2), nn.MaxPool2d(3, 2, 1)], c
    for stage, n in enumerate((3, 4, 6, 3)):
        mid, o = cut(64 << stage, width), cut(256 << stage, width)
        for b in range(n):
            layers.append(Bottleneck(i, mid, o, 2 if b == 0 and stage else 1))
            i = o
    return nn.Sequential(*layers, *classifier(i))


def mobilenetv2(width):
    i = cut(32, width)
    layers = [cnr(3, i, 3, 2)]
    for e, c, n, s in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
                       (6, 320, 1, 1)):
        o = cut(c, width)
        for b in range(n):
            layers.append(Inverted(i, o, e, s if b == 0 else 1))
            i = o
    last = cut(1280, width)
    return nn.Sequential(*layers, cnr(i, last, 1), *classifier(last))


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
    with torch.no_grad(), torch.cuda.stream(side):
        for _ in range(5):
            work()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.no_grad(), torch.cuda.graph(graph):
        work()
    return graph


def allow_tf32(yes):
    try:
        torch.backends.cudnn.allow_tf32 = yes
        torch.backends.cuda.matmul.allow_tf32 = yes
    except (AttributeError, RuntimeError):  # the names of newer versions, which may not be mixed with the others
        for part in (torch.backends.cudnn.conv, torch.backends.cudnn.rnn, torch.backends.cuda.matmul):
            part.fp32_precision = "tf32" if yes else "ieee"


def measure(net, batch, dtype, tf32, size, calls):
    torch.backends.cudnn.benchmark = True
    allow_tf32(tf32)
    net = net.cuda().eval().to(dtype).to(memory_format=torch.channels_last)
    x = torch.randn(batch, 3, size, size, device="cuda", dtype=dtype).to(memory_format=torch.channels_last)
    # As the other side is measured: from float32 in pinned memory to float32 in pinned memory.
    host_in = torch.randn(batch, 3, size, size).pin_memory()
    host_out = torch.empty(batch, 1000).pin_memory()
    staged = torch.empty(batch, 3, size, size, device="cuda")

    def with_copies():
        staged.copy_(host_in, non_blocking=True)
        x.copy_(staged)
        host_out.copy_(net(x).float(), non_blocking=True)

    bare, whole = record(lambda: net(x)), record(with_copies)

    def call():
        whole.replay()
        torch.cuda.synchronize()

    for _ in range(20):
        call()
    return {"call_ms": median_ms(calls, call), "device_ms": device_ms(calls, bare)}


def rehearse(net, batch, dtype, size):
    """Without a GPU: the network runs once, nothing is measured."""
    with torch.no_grad():
        out = net.eval()(torch.randn(batch, 3, size, size))
    assert out.shape == (batch, 1000) and bool(torch.isfinite(out).all())
    return {"parameters": sum(p.numel() for p in net.parameters())}


def main():
    quick, rehearsal = "--quick" in sys.argv, "--rehearse" in sys.argv
    if not rehearsal and not torch.cuda.is_available():
        print("this torch sees no GPU", file=sys.stderr)
        sys.exit(3)
    size, calls = (96, 50) if quick else (224, 500)
    about = {"torch": torch.__version__, "cudnn": torch.backends.cudnn.version(), "rehearsal": rehearsal,
             "device": "none" if rehearsal else torch.cuda.get_device_name(), "size": size}
    rows = []
    # What is asked for most comes first: where time runs out, the rest is missing.
    for precision, dtype, tf32 in (("fp16", torch.float16, False), ("tf32", torch.float32, True),
                                   ("fp32", torch.float32, False)):
        for name, make in (("resnet50", resnet50), ("mobilenetv2", mobilenetv2)):
            for batch in (1, 8):
                for width in (1.0, 0.75, 0.5, 0.25):
                    row = {"model": name, "precision": precision, "batch": batch, "width": width}
                    try:
                        if rehearsal:
                            row.update(rehearse(make(width), batch, dtype, size))
                        else:
                            row.update(measure(make(width), batch, dtype, tf32, size, calls))
                    except Exception as e:  # a row that fails loses only itself
                        row["error"] = (str(e) or type(e).__name__).splitlines()[0]
                    rows.append(row)
                    print(row, flush=True)
                    with open(sys.argv[1], "w") as f:
                        json.dump({**about, "rows": rows}, f, indent=1)


if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
    print(__doc__)
    sys.exit(2)
main()
