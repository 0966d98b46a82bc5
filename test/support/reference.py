#!/usr/bin/env python3
"""The method once more, in PyTorch: a reference that our engine is compared with.

Written from the notebook's formulas; it shares no code with the TypeScript, and its gradient comes from
autograd. Needs torch and numpy, nothing else.

    reference.py [request.json]                (standard input where the file is left out)
    reference.py --self-check [golden.json]    (finite differences, odd pools, Adam, the notebook's answers)

Request (all pictures are raw little-endian float32, planar [3, H, W], mean already subtracted):

    network                      safetensors file: conv<block>_<index>.weight [O, I, 3, 3] and .bias [O], float32
    content, style, generated    picture files
    width, height                of content and generated
    styleWidth, styleHeight      of style; the content's where left out
    contentLayers, styleLayers   {"conv4_2": 1}, {"conv1_1": 0.2, ...}
    alpha, beta                  weights of content and style cost
    pooling                      "average" or "max"
    dtype                        "float32" (default) or "float64": of the computation and of what is written
    mode                         "gradient" (default) or "adam"
    out                          file for the gradient, or for Adam's last picture: raw `dtype`, [3, H, W]
    steps, learningRate          of Adam

Answers on standard output, one JSON object: {total, content, style, contentLayers, styleLayers}, the layers
before their weights; with Adam {"steps": [such an object after each update]}.
"""
import json
import math
import re
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F


def read_network(path, dtype):
    """Tensors of a safetensors file: 8 bytes header length, JSON header, then the data."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        assert entry["dtype"] == "F32", f"{name} is {entry['dtype']}, not F32"
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data, "<f4", (end - begin) // 4, begin).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy()).to(dtype)
    return tensors


def read_picture(path, width, height, dtype):
    """[1, 3, H, W]"""
    return torch.from_numpy(np.fromfile(path, "<f4").reshape(1, 3, height, width)).to(dtype)


def write_array(path, tensor):
    array = tensor.detach().contiguous().numpy()
    array.astype(array.dtype.newbyteorder("<")).tofile(path)


def layer_names(tensors):
    """["conv1_1", "conv1_2", "conv2_1", ...] in the order of the network."""
    names = [re.fullmatch(r"conv(\d+)_(\d+)\.weight", key) for key in tensors]
    return [f"conv{b}_{i}" for b, i in sorted((int(n[1]), int(n[2])) for n in names if n)]


def pool(x, pooling):
    """2x2, stride 2; an odd edge rounds up, and only real elements count."""
    if pooling == "max":
        return F.max_pool2d(x, 2, 2, ceil_mode=True)
    return F.avg_pool2d(x, 2, 2, ceil_mode=True, count_include_pad=False)


def features(tensors, picture, wanted, pooling):
    """{layer: [C, H, W]} of the wanted layers, after their ReLU (and 1x1 tap map, where the network has one)."""
    found = {}
    x, block = picture, "1"
    for name in layer_names(tensors):
        if len(found) == len(wanted):
            break
        if name[4:].split("_")[0] != block:
            block = name[4:].split("_")[0]
            x = pool(x, pooling)
        x = F.relu(F.conv2d(x, tensors[f"{name}.weight"], tensors[f"{name}.bias"], padding=1))
        if name in wanted:
            tap = tensors.get(f"{name}.tap")
            found[name] = (x if tap is None else F.conv2d(x, tap))[0]
    missing = set(wanted) - set(found)
    assert not missing, f"no layer {missing}"
    return found


def content_cost(a_c, a_g):
    """a_c, a_g: [C, H, W]"""
    return ((a_c - a_g) ** 2).sum() / (4 * a_c.numel())


def gram_matrix(a):
    """[C, H * W] -> [C, C], not normalised."""
    return a @ a.T


def layer_style_cost(a_s, a_g):
    """a_s, a_g: [C, H, W]

    The notebook's 1 / (4 C^2 (HW)^2) sum (GS - GG)^2, with each Gram matrix divided by its own H * W, so that
    a style picture of another size has a meaning; of the same size it is the same number.
    """
    unrolled_s, unrolled_g = a_s.flatten(1), a_g.flatten(1)
    gram_s = gram_matrix(unrolled_s) / unrolled_s.shape[1]
    gram_g = gram_matrix(unrolled_g) / unrolled_g.shape[1]
    return ((gram_s - gram_g) ** 2).sum() / (4 * a_g.shape[0] ** 2)


def total_cost(content, style, alpha, beta):
    return alpha * content + beta * style


class Objective:
    """J(G) for one request: the targets are computed once, without a gradient."""

    def __init__(self, request, dtype):
        self.request = request
        self.pooling = request["pooling"]
        width, height = request["width"], request["height"]
        style_size = request.get("styleWidth", width), request.get("styleHeight", height)
        self.tensors = read_network(request["network"], dtype)
        with torch.no_grad():
            self.content = self.features(read_picture(request["content"], width, height, dtype), "contentLayers")
            self.style = self.features(read_picture(request["style"], *style_size, dtype), "styleLayers")

    def features(self, picture, *kinds):
        wanted = set().union(*(self.request[kind] for kind in kinds))
        return features(self.tensors, picture, wanted, self.pooling)

    def costs(self, picture):
        """All costs as scalars of the autograd graph."""
        found = self.features(picture, "contentLayers", "styleLayers")
        content = {name: content_cost(target, found[name]) for name, target in self.content.items()}
        style = {name: layer_style_cost(target, found[name]) for name, target in self.style.items()}
        content_total = sum(weight * content[name] for name, weight in self.request["contentLayers"].items())
        style_total = sum(weight * style[name] for name, weight in self.request["styleLayers"].items())
        total = total_cost(content_total, style_total, self.request["alpha"], self.request["beta"])
        return {
            "total": total,
            "content": content_total,
            "style": style_total,
            "contentLayers": content,
            "styleLayers": style,
        }

    def costs_and_gradient(self, picture):
        picture = picture.detach().requires_grad_()
        costs = self.costs(picture)
        (gradient,) = torch.autograd.grad(costs["total"], picture)
        return numbers(costs), gradient


def numbers(costs):
    return {key: numbers(value) if isinstance(value, dict) else float(value) for key, value in costs.items()}


class TensorFlowAdam:
    """tf.train.AdamOptimizer of TensorFlow 1, as the notebook uses it.

        lr_t = lr * sqrt(1 - beta2^t) / (1 - beta1^t)
        x   -= lr_t * m / (sqrt(v) + epsilon)

    torch.optim.Adam corrects v before it adds epsilon: x -= lr / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) +
    epsilon). The two agree for epsilon = 0; else TensorFlow's epsilon weighs 1 / sqrt(1 - beta2^t) as much, 32
    times in the first step. That shows only where sqrt(v) comes down to the size of epsilon.
    """

    def __init__(self, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.learning_rate, self.beta1, self.beta2, self.epsilon = learning_rate, beta1, beta2, epsilon
        self.t, self.m, self.v = 0, 0, 0

    def update(self, x, gradient):
        self.t += 1
        self.m = self.beta1 * self.m + (1 - self.beta1) * gradient
        self.v = self.beta2 * self.v + (1 - self.beta2) * gradient**2
        rate = self.learning_rate * math.sqrt(1 - self.beta2**self.t) / (1 - self.beta1**self.t)
        return x - rate * self.m / (self.v.sqrt() + self.epsilon)


def answer(request):
    dtype = getattr(torch, request.get("dtype", "float32"))
    objective = Objective(request, dtype)
    picture = read_picture(request["generated"], request["width"], request["height"], dtype)
    costs, gradient = objective.costs_and_gradient(picture)
    if request.get("mode", "gradient") == "gradient":
        write_array(request["out"], gradient)
        return costs
    adam = TensorFlowAdam(request["learningRate"])
    steps = []
    for _ in range(request["steps"]):
        picture = adam.update(picture, gradient)
        # The notebook prints costs of the picture after its update; its gradient serves the next step.
        costs, gradient = objective.costs_and_gradient(picture)
        steps.append(costs)
    write_array(request["out"], picture)
    return {"steps": steps}


def self_check(golden_path=None):
    torch.manual_seed(0)

    def report(what, error, limit):
        print(f"{'ok  ' if error <= limit else 'BAD '} {what}: {error:.3g} (at most {limit:g})")
        assert error <= limit, what

    # Odd edges: the mean of the elements that are there.
    x = torch.randn(1, 2, 5, 3, dtype=torch.float64)
    for pooling, reduce in (("average", torch.mean), ("max", torch.max)):
        by_hand = torch.stack(
            [torch.stack([reduce(x[0, c, i : i + 2, j : j + 2]) for i in (0, 2, 4) for j in (0, 2)]) for c in (0, 1)]
        )
        report(f"{pooling} pool of 5x3 against loops", float((pool(x, pooling).flatten() - by_hand.flatten()).abs().max()), 1e-15)

    # The gradient against central differences, on a small network with an odd picture.
    widths = {"conv1_1": (3, 4), "conv1_2": (4, 4), "conv2_1": (4, 6), "conv3_1": (6, 5)}
    for pooling in ("average", "max"):
        objective = Objective.__new__(Objective)
        objective.request = {"contentLayers": {"conv2_1": 1}, "styleLayers": {"conv1_1": 0.2, "conv3_1": 0.8}, "alpha": 10, "beta": 40}
        objective.pooling = pooling
        objective.tensors = {}
        for name, (inputs, outputs) in widths.items():
            objective.tensors[f"{name}.weight"] = torch.randn(outputs, inputs, 3, 3, dtype=torch.float64) / 3
            objective.tensors[f"{name}.bias"] = torch.randn(outputs, dtype=torch.float64)
        content, style, picture = (torch.randn(1, 3, h, w, dtype=torch.float64) for h, w in ((11, 7), (9, 14), (11, 7)))
        objective.content = objective.features(content, "contentLayers")
        objective.style = objective.features(style, "styleLayers")
        _, gradient = objective.costs_and_gradient(picture)
        differences, h = torch.zeros_like(picture).flatten(), 1e-6
        for i in range(picture.numel()):
            bump = torch.zeros_like(differences)
            bump[i] = h
            bump = bump.view_as(picture)
            differences[i] = float(objective.costs(picture + bump)["total"] - objective.costs(picture - bump)["total"]) / (2 * h)
        error = (gradient.flatten() - differences).norm() / differences.norm()
        report(f"gradient against finite differences, {pooling} pooling, relative L2", float(error), 1e-7)

    # Adam: TensorFlow's and torch's are one where epsilon is nothing, and differ where it is not.
    for epsilon, lowest, highest in ((0, 0, 1e-13), (1, 0.1, math.inf)):
        ours, theirs = torch.ones(8, dtype=torch.float64), torch.ones(8, dtype=torch.float64).requires_grad_()
        adam, torch_adam = TensorFlowAdam(2.0, epsilon=epsilon), torch.optim.Adam([theirs], lr=2.0, eps=epsilon)
        for _ in range(20):
            gradient = torch.randn(8, dtype=torch.float64)
            ours, theirs.grad = adam.update(ours, gradient), gradient
            torch_adam.step()
        error = float((ours - theirs.detach()).abs().max())
        assert error >= lowest, "TensorFlow's epsilon is not torch's"
        report(f"Adam against torch.optim.Adam, epsilon {epsilon}", error, highest)

    if golden_path is None:
        return
    with open(golden_path) as file:
        golden = json.load(file)
    expected = golden["expected"]
    # [1, 4, 4, 3] -> [C, H, W]
    a_c, a_g = (torch.tensor(golden[key]).reshape(4, 4, 3).permute(2, 0, 1) for key in ("a_C", "a_G"))
    report("notebook's content cost", abs(float(content_cost(a_c, a_g)) - expected["J_content"]), 5e-6)
    report("notebook's layer style cost", abs(float(layer_style_cost(a_c, a_g)) - expected["J_style_layer"]), 5e-6)
    wrong = golden["wrong_answer_to_catch"]["J_style_layer"]
    unturned = (torch.tensor(golden[key]).reshape(3, 4, 4) for key in ("a_C", "a_G"))
    report("its wrong answer, from the wrong unrolling", abs(float(layer_style_cost(*unturned)) - wrong), 5e-6)
    gram = gram_matrix(torch.tensor(golden["A"]).reshape(3, 2))
    report("notebook's Gram matrix", float((gram - torch.tensor(expected["GA"])).abs().max()), 5e-6)
    total = expected["total_cost"]
    found = total_cost(total["J_content"], total["J_style"], total["alpha"], total["beta"])
    report("notebook's total cost", abs(found - total["J"]), 1e-13)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--self-check"]:
        self_check(*sys.argv[2:3])
    else:
        with open(sys.argv[1]) if len(sys.argv) > 1 else sys.stdin as request_file:
            print(json.dumps(answer(json.load(request_file))))
