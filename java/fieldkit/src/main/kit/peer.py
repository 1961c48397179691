"""PyTorch with cuDNN, CUDA graphs and channels-last: a dedicated ResNet-50 and MobileNetV2 of each width.

peer.py OUT.json NETWORKS.json [--quick] [--rehearse] [--every-algorithm]. Needs torch with a GPU; the networks are written
out here, so torchvision is not needed; NETWORKS.json has the convolutions of the other side, so that both compute the
same. --rehearse runs each network once on the CPU and measures nothing; --every-algorithm lets cuDNN try all of them for
each convolution and not the ten that it thinks best of.

A row is the faster of two ways: PyTorch's own layers, and cuDNN's convolutions with bias, residual and ReLU in one call
(torch.cudnn_convolution_relu, torch.cudnn_convolution_add_relu) where there are such; with FP32, which has no use for
channels-last, each in both layouts.
"""
import json
import os
import subprocess
import sys

FAILED = 4


def write(out, content):
    with open(out + ".part", "w") as f:
        json.dump(content, f, indent=1)
    os.replace(out + ".part", out)


def main(out, networks, options):
    with open(networks) as f:
        given = json.load(f)["networks"]
    # What is asked for most comes first: where time runs out, the rest is missing.
    plan = [{"model": model, "precision": precision, "batch": batch, "width": network["width"]}
            for precision in ("fp16", "tf32", "fp32")
            for model in dict.fromkeys(n["model"] for n in given)
            for batch in (1, 8)
            for network in given if network["model"] == model]
    content = {"plan": plan, "rows": []}
    write(out, content)
    rows = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peer_rows.py")
    failures = 0
    while len(content["rows"]) < len(plan):
        begin = len(content["rows"])
        status = subprocess.call([sys.executable, "-B", rows, out, networks, str(begin), *options])
        with open(out) as f:
            content = json.load(f)
        if status in (0, 3):
            return status
        if status != FAILED:  # ended by what it called: the row that it was at
            content["rows"].append({**plan[len(content["rows"])], "error": f"the process ended with status {status}"})
            write(out, content)
        # One row that fails loses only itself, three without one between them that does not lose the rest.
        failures = failures + 1 if len(content["rows"]) == begin + 1 else 1
        if failures == 3:
            print(content["rows"][-1]["error"], file=sys.stderr)
            return FAILED
    return 0


if len(sys.argv) < 3 or sys.argv[1].startswith("-") or sys.argv[2].startswith("-"):
    print(__doc__)
    sys.exit(2)
sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
