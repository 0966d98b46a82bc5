"""One painting step in PyTorch, timed; see step.ts, which speaks to it.

Reads one JSON command a line on standard input, answers one JSON object a line:

    {"command": "prepare", network, mean, content, style, picture, width, height, contentLayers, styleLayers,
     alpha, beta, threads, layout}                -> {}          (pictures: raw float32 [3, H, W] in 0..255)
    {"command": "step"}                           -> {seconds, total, gradientNorm, peakBytes}
    {"command": "adam", "steps", "rate"}          -> {seconds, total}       (the cost after the last update)
    {"command": "matmul", "size", "threads"}      -> {gflops}

A step is the costs and their gradient with respect to the picture: forward, content and Gram costs, backward.
Targets are ready, weights want no gradient, ReLU works in place. Layouts: "contiguous" (NCHW, PyTorch's own),
"channels_last" (NHWC) and "mkldnn" (oneDNN's blocked tensors, dense only where a cost is taken).
"""
import json
import resource
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).parent.parent / "test" / "support"))
from reference import content_cost, gram_matrix, layer_names, pool, read_network, read_picture, total_cost  # noqa: E402


class Step:
    def __init__(self, request):
        torch.set_num_threads(request["threads"])
        self.request = request
        self.mkldnn = request["layout"] == "mkldnn"
        memory_format = torch.channels_last if request["layout"] == "channels_last" else torch.contiguous_format
        wanted = {*request["contentLayers"], *request["styleLayers"]}
        tensors = read_network(request["network"], torch.float32)
        names = layer_names(tensors)
        self.wanted = wanted
        self.layers = [
            (name, tensors[f"{name}.weight"].contiguous(memory_format=memory_format), tensors[f"{name}.bias"])
            for name in names[: 1 + max(map(names.index, wanted))]
        ]
        mean = torch.tensor(request["mean"]).view(1, 3, 1, 1)

        def picture(key):
            found = read_picture(request[key], request["width"], request["height"], torch.float32)
            return (found - mean).contiguous(memory_format=memory_format)

        self.picture = picture("picture").requires_grad_()
        with torch.no_grad():
            content, style = self.features(picture("content")), self.features(picture("style"))
            self.content = {name: content[name] for name in request["contentLayers"]}
            self.style = {name: gram_matrix(style[name].flatten(1)) for name in request["styleLayers"]}

    def features(self, x):
        """{layer: [C, H, W]} of the wanted layers."""
        found, block = {}, "conv1"
        if self.mkldnn:
            x = x.to_mkldnn()
        for name, weight, bias in self.layers:
            if name.split("_")[0] != block:
                block = name.split("_")[0]
                x = pool(x, "average")
            x = F.relu(F.conv2d(x, weight, bias, padding=1), inplace=True)
            if name in self.wanted:
                found[name] = (x.to_dense() if self.mkldnn else x)[0]
        return found

    def cost(self):
        found = self.features(self.picture)
        content = sum(
            weight * content_cost(self.content[name], found[name])
            for name, weight in self.request["contentLayers"].items()
        )
        style = sum(
            weight
            * ((self.style[name] - gram_matrix(found[name].flatten(1))) ** 2).sum()
            / (4 * found[name].numel() ** 2)
            for name, weight in self.request["styleLayers"].items()
        )
        return total_cost(content, style, self.request["alpha"], self.request["beta"])

    def run(self):
        start = time.perf_counter()
        total = self.cost()
        (gradient,) = torch.autograd.grad(total, self.picture)
        total = float(total)
        seconds = time.perf_counter() - start
        peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return {
            "seconds": seconds,
            "total": total,
            "gradientNorm": float(gradient.norm()),
            "peakBytes": peak_kib * 1024,
        }

    def adam(self, steps, rate):
        """The notebook's loop on the prepared picture, which it changes."""
        optimizer = torch.optim.Adam([self.picture], lr=rate)
        start = time.perf_counter()
        for _ in range(steps):
            optimizer.zero_grad()
            self.cost().backward()
            optimizer.step()
        seconds = time.perf_counter() - start
        with torch.no_grad():
            return {"seconds": seconds, "total": float(self.cost())}


def matmul(size, threads):
    torch.set_num_threads(threads)
    a, b = torch.ones(size, size), torch.ones(size, size)
    start = time.perf_counter()
    torch.mm(a, b)
    return {"gflops": 2 * size**3 / (time.perf_counter() - start) / 1e9}


step = None
for line in sys.stdin:
    request = json.loads(line)
    if request["command"] == "prepare":
        step, answer = Step(request), {}
    elif request["command"] == "step":
        answer = step.run()
    elif request["command"] == "adam":
        answer = step.adam(request["steps"], request["rate"])
    else:
        answer = matmul(request["size"], request["threads"])
    print(json.dumps(answer), flush=True)
