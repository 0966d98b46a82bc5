#!/usr/bin/env python3
"""The method once more, in PyTorch: a reference that our engine is compared with.

Written from the papers' and the notebook's formulas; it shares no code with the TypeScript, and its gradient comes
from autograd. Needs torch and numpy, nothing else.

    reference.py [request.json]                (standard input where the file is left out)
    reference.py --self-check [golden.json]    (finite differences, odd pools, Adam, the notebook's answers)

Request, or a list of them (pictures and masks are raw little-endian float32, pictures planar [3, H, W] with the mean
already subtracted):

    network                      safetensors file: conv<block>_<index>.weight [O, I, 3, 3] and .bias [O], float32
    content, generated           picture files
    width, height                of content and generated
    styles                       [{"file", "width", "height", "opacity"}, ...]
    opacity                      how far each pixel of the content counts, a file [H, W]; all alike where left out.
                                 That of a style is of the style's size
    areas                        [{"mask", "alpha", "beta", "styles": [[index, weight], ...]}, ...]: parts of the
                                 picture; mask is a file [H, W], left out for all that the other areas leave
    relative                     whether costs are relative: content to the variance of the content's features and then
                                 squared (where their mean's square is more, to the larger of that and a quarter of the
                                 mean square of the styles' features); style to what it would be of features that are all 0
    contentLayers, styleLayers   {"conv4_2": 1}, {"conv1_1": 0.2, ...}
    tv                           weight of the total variation
    flatness                     weight of unevenness, times beta where costs are relative
    statistic                    "gram", "wasserstein" or "sliced"
    styleMix                     "blend" (several Gaussians are their barycentre) or "divide" (they are a mixture)
    directions                   {layer: file [D, C] of float32} for "sliced"
    pooling, padding             "average" or "max", "zero" or "replicate"
    dtype                        "float32" (default) or "float64": of the computation and of what is written
    mode                         "gradient" (default) or "adam"
    out                          file for the gradient, or for Adam's last picture: raw `dtype`, [3, H, W]
    steps, learningRate          of Adam

Answers on standard output, one JSON object (or a list of them): {total, content, style, variation, unevenness,
contentLayers, styleLayers}, the layers before their weights; with Adam {"steps": [such an object after each update]}.
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


def blocks(names):
    """["1", "1", "2", ...]"""
    return [name[4:].split("_")[0] for name in names]


def pool(x, pooling):
    """2x2, stride 2; an odd edge rounds up, and only real elements count."""
    if pooling == "max":
        return F.max_pool2d(x, 2, 2, ceil_mode=True)
    return F.avg_pool2d(x, 2, 2, ceil_mode=True, count_include_pad=False)


def features(tensors, picture, wanted, pooling, padding="zero"):
    """{layer: [C, H, W]} of the wanted layers, after their ReLU (and 1x1 tap map, where the network has one)."""
    found = {}
    x, before = picture, "1"
    names = layer_names(tensors)
    for name, block in zip(names, blocks(names)):
        if len(found) == len(wanted):
            break
        if block != before:
            x = pool(x, pooling)
        before = block
        around = 1
        if name == names[0] and padding == "replicate":
            x, around = F.pad(x, (1, 1, 1, 1), mode="replicate"), 0
        x = F.relu(F.conv2d(x, tensors[f"{name}.weight"], tensors[f"{name}.bias"], padding=around))
        if name in wanted:
            tap = tensors.get(f"{name}.tap")
            found[name] = (x if tap is None else F.conv2d(x, tap))[0]
    missing = set(wanted) - set(found)
    assert not missing, f"no layer {missing}"
    return found


def mask_at(mask, layer, names):
    """[H, W] -> [H', W']: which share of what each feature looks at lies in the mask."""
    x, before = mask[None, None], "1"
    for name, block in zip(names, blocks(names)):
        if block != before:
            x = F.avg_pool2d(x, 2, 2, ceil_mode=True, count_include_pad=False)
        before = block
        x = F.avg_pool2d(x, 3, 1, padding=1, count_include_pad=False)
        if name == layer:
            return x[0, 0]


def content_cost(a_c, a_g, importance=1):
    """a_c, a_g: [C, H, W]"""
    return (importance * (a_c - a_g) ** 2).sum() / (4 * a_c.numel())


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
    return gram_cost(gram_s, gram_g)


def gram_cost(gram_s, gram_g):
    return ((gram_s - gram_g) ** 2).sum() / (4 * gram_g.shape[0] ** 2)


def matrix_root(m):
    values, vectors = torch.linalg.eigh(m)
    return vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors.T


def trace_of_root(m):
    values = torch.linalg.eigvalsh(m)
    # The root has no slope at 0, and what lies below rounding is 0.
    return values[values > 1e-13 * values.max()].sqrt().sum()


def wasserstein_cost(mean_s, moment_s, mean_g, moment_g):
    """Between Gaussians: |mS - mG|^2 + tr S + tr G - 2 tr (S^1/2 G S^1/2)^1/2, per channel."""
    cov_s, cov_g = moment_s - torch.outer(mean_s, mean_s), moment_g - torch.outer(mean_g, mean_g)
    root = matrix_root(cov_s)
    traces = torch.trace(cov_s) + torch.trace(cov_g) - 2 * trace_of_root(root @ cov_g @ root)
    return (((mean_s - mean_g) ** 2).sum() + traces) / len(mean_s)


def barycentre(covariances, weights):
    """Of Gaussians: the fixed point of Alvarez-Esteban et al. (2016), with a small ridge under singular covariances."""
    extent = len(covariances[0])
    covariances = [c + 1e-6 * torch.trace(c) / extent * torch.eye(extent, dtype=c.dtype) for c in covariances]
    result = covariances[0]
    for _ in range(100):
        root = matrix_root(result)
        inverse = torch.linalg.inv(root)
        mean = sum(w * matrix_root(root @ c @ root) for c, w in zip(covariances, weights))
        result = inverse @ mean @ mean @ inverse
    return result


def sliced_cost(sorted_s, sorted_g, weights_g):
    """Projections of the style [D, N] at even quantiles; the painting's, ascending, with the weight of each."""
    quantiles = (torch.cumsum(weights_g, 1) - weights_g / 2).detach().numpy()
    middles = (np.arange(sorted_s.shape[1]) + 0.5) / sorted_s.shape[1]
    wanted = [np.interp(at, middles, row) for at, row in zip(quantiles, sorted_s.detach().numpy())]
    return (weights_g * (torch.from_numpy(np.array(wanted)) - sorted_g) ** 2).sum(1).mean()


def squared_differences(x, color):
    """Of each pixel [3, H, W] to those right, below and (half) on both diagonals below, in units of 0..255."""
    y = F.pad(x, (1, 1, 1, 1), mode="replicate") / 255
    here, right, below = y[..., 1:-1, 1:-1], y[..., 1:-1, 2:], y[..., 2:, 1:-1]
    total = 0
    for there, share in ((right, 1), (below, 1), (y[..., 2:, 2:], 1 / 2), (y[..., 2:, :-2], 1 / 2)):
        difference = there - here
        brightness = difference.mean(1, keepdim=True)
        total = total + share * (brightness**2 + color**2 * (difference - brightness) ** 2)
    return total


def total_variation(x):
    """Differences of colour count 36 times."""
    return squared_differences(x, 6).mean()


def unevenness(x):
    """By the root of the squares, those of colour 9 times; differences of 16 levels are its knee."""
    knee = 16 / 255
    return (torch.sqrt(squared_differences(x, 3).sum(1) + knee**2) - knee).mean()


def total_cost(content, style, alpha, beta):
    return alpha * content + beta * style


class Objective:
    """J(G) for one request: the targets are computed once, without a gradient."""

    def __init__(self, request, dtype):
        self.request = request
        self.tensors = read_network(request["network"], dtype)
        read = lambda file, width, height: read_picture(file, width, height, dtype)
        size = request["width"], request["height"]
        content = read(request["content"], *size)
        styles = [read(style["file"], style["width"], style["height"]) for style in request["styles"]]
        masks = [
            torch.from_numpy(np.fromfile(area["mask"], "<f4").reshape(size[1], size[0])).to(dtype)
            if area.get("mask")
            else None
            for area in request["areas"]
        ]
        self.directions = {
            layer: torch.from_numpy(np.fromfile(file, "<f4")).to(dtype)
            for layer, file in request.get("directions", {}).items()
        }
        plane = lambda file, width, height: torch.from_numpy(np.fromfile(file, "<f4").reshape(height, width)).to(dtype)
        opacity = plane(request["opacity"], *size) if request.get("opacity") else None
        opacities = [
            plane(style["opacity"], style["width"], style["height"]) if style.get("opacity") else None
            for style in request["styles"]
        ]
        self.prepare(content, styles, masks, opacity, opacities)

    def prepare(self, content, styles, masks, opacity=None, opacities=None):
        request = self.request
        names = layer_names(self.tensors)
        rest = torch.ones_like(content[0, 0])
        for mask in masks:
            rest = rest if mask is None else rest - mask
        masks = [rest.clamp(min=0) if mask is None else mask for mask in masks]
        if opacity is not None:
            masks = [mask * opacity for mask in masks]
        shares = [float(mask.mean()) for mask in masks]
        areas = request["areas"]
        self.alpha, self.beta = (max(area[weight] for area in areas) for weight in ("alpha", "beta"))
        with torch.no_grad():
            self.content = self.features(content, "contentLayers")
            self.importance = {
                name: sum(area["alpha"] * mask_at(mask, name, names) for area, mask in zip(areas, masks)) / self.alpha
                if self.alpha > 0
                else 1
                for name in self.content
            }
            self.size = {}
            for name, a in self.content.items():
                seen = mask_at(torch.ones_like(rest) if opacity is None else opacity, name, names).flatten()
                seen, flat = seen / seen.sum(), a.flatten(1)
                mean = flat @ seen
                self.size[name] = (((flat - mean[:, None]) ** 2) @ seen).sum()
                if self.size[name] < (mean**2).sum():
                    self.size[name] = torch.max((mean**2).sum(), self.energy(name, styles, opacities, names) / 4)
            found = [self.features(style, "styleLayers") for style in styles]
            opacities = opacities or [None] * len(styles)
            painted = sum(share * area["alpha"] for area, share in zip(areas, shares) if area["beta"] > 0 and area["styles"])
            self.affected = painted / self.alpha if painted > 0 else 1
            self.style = {}
            for name in request["styleLayers"]:
                self.style[name] = []
                for area, mask, share in zip(areas, masks, shares):
                    if area["beta"] == 0 or not area["styles"]:
                        continue
                    positions = mask_at(mask, name, names).flatten() ** 2
                    positions = positions / positions.sum()
                    measured = []
                    for i, w in area["styles"]:
                        own = torch.ones_like(found[i][name][0]) if opacities[i] is None else mask_at(opacities[i], name, names)
                        own = own.flatten() ** 2
                        measured.append((found[i][name].flatten(1), own / own.sum(), w))
                    target = self.blend(name, measured, len(positions))
                    weight = share * area["beta"] / self.beta
                    if request.get("relative"):
                        extent = found[0][name].shape[0]
                        nothing = torch.zeros(extent, len(positions), dtype=content.dtype)
                        weight = weight / self.style_cost(name, target, nothing, torch.full_like(positions, 1 / len(positions)))
                    self.style[name].append((target, positions, weight))

    def energy(self, name, styles, opacities, names):
        """Squares of the styles' features at a content layer: mean over positions, sum over channels, by weight."""
        weights = {i: w for area in self.request["areas"] for i, w in area["styles"]}
        total = 0
        for i, w in weights.items():
            a = self.features(styles[i], "contentLayers")[name]
            own = torch.ones_like(a[0]) if not opacities or opacities[i] is None else mask_at(opacities[i], name, names)
            own = own.flatten() ** 2
            total += w * ((a.flatten(1) ** 2) @ (own / own.sum())).sum()
        return total / sum(weights.values())

    def features(self, picture, *kinds):
        wanted = set().union(*(self.request[kind] for kind in kinds))
        return features(self.tensors, picture, wanted, self.request["pooling"], self.request.get("padding", "zero"))

    def measure(self, name, a, positions):
        """Of features [C, N] whose positions [N] count with weights of sum 1."""
        if self.request.get("statistic") == "sliced":
            projections, order = torch.sort(self.directions[name].view(-1, len(a)) @ a, dim=1)
            return [projections, positions.expand_as(projections).gather(1, order)]
        moment = (a * positions) @ a.T
        return [moment] if self.request.get("statistic", "gram") == "gram" else [a @ positions, moment]

    def blend(self, name, styles, count):
        """The weighted mean of what is measured of several styles; of Gaussians that blend, their barycentre."""
        whole = sum(weight for _, _, weight in styles)
        if self.request.get("statistic") == "wasserstein" and self.request.get("styleMix") == "blend" and len(styles) > 1:
            found = [self.measure(name, a, positions) for a, positions, _ in styles]
            weights = [weight / whole for _, _, weight in styles]
            mean = sum(w * own for (own, _), w in zip(found, weights))
            covariance = barycentre([moment - torch.outer(own, own) for own, moment in found], weights)
            return [mean, covariance + torch.outer(mean, mean)]
        result = 0
        for a, positions, weight in styles:
            measures = self.measure(name, a, positions)
            if self.request.get("statistic") == "sliced":
                # As many quantiles as the painting has positions.
                ascending, own = (x.numpy() for x in measures)
                at = (np.arange(count) + 0.5) / count
                middles = np.cumsum(own, 1) - own / 2
                # Values that do not count have no quantile.
                rows = [np.interp(at, m[o > 0], row[o > 0]) for m, o, row in zip(middles, own, ascending)]
                measures = [torch.from_numpy(np.array(rows))]
            scaled = [weight / whole * measure for measure in measures]
            result = scaled if result == 0 else [a + b for a, b in zip(result, scaled)]
        return result

    def style_cost(self, name, target, a, positions):
        cost = {"gram": gram_cost, "wasserstein": wasserstein_cost, "sliced": sliced_cost}
        return cost[self.request.get("statistic", "gram")](*target, *self.measure(name, a, positions))

    def costs(self, picture):
        """All costs as scalars of the autograd graph."""
        found = self.features(picture, "contentLayers", "styleLayers")
        content, style = {}, {}
        for name, target in self.content.items():
            content[name] = content_cost(target, found[name], self.importance[name])
            if self.request.get("relative"):
                content[name] = content[name] / (self.size[name] / (4 * len(target)))
                content[name] = content[name] ** 2 / self.affected
        for name, areas in self.style.items():
            a = found[name].flatten(1)
            style[name] = sum(weight * self.style_cost(name, target, a, positions) for target, positions, weight in areas)
        content_total = sum(weight * content[name] for name, weight in self.request["contentLayers"].items())
        style_total = sum(weight * style[name] for name, weight in self.request["styleLayers"].items())
        variation = total_variation(picture)
        uneven = unevenness(picture)
        flatness = self.request.get("flatness", 0) * (self.beta if self.request.get("relative") else 1)
        total = total_cost(content_total, style_total, self.alpha, self.beta)
        total = total + self.request.get("tv", 0) * variation + flatness * uneven
        return {
            "total": total,
            "content": content_total,
            "style": style_total,
            "variation": variation,
            "unevenness": uneven,
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
    halves = torch.zeros(11, 7, dtype=torch.float64)
    halves[:, :3] = 1
    kinds = [("average", "gram", "zero"), ("max", "gram", "replicate")]
    kinds += [("average", "wasserstein", "replicate"), ("max", "sliced", "zero")]
    for pooling, statistic, padding in kinds:
        objective = Objective.__new__(Objective)
        masks = [halves, None]
        objective.request = {
            "contentLayers": {"conv2_1": 1},
            "styleLayers": {"conv1_1": 0.2, "conv3_1": 0.8},
            "areas": [{"alpha": 10 / (1 + i), "beta": 40, "styles": [[0, 1], [1, 2]]} for i in range(len(masks))],
            "relative": padding == "replicate",
            "tv": 1000,
            "statistic": statistic,
            "pooling": pooling,
            "padding": padding,
        }
        objective.tensors = {}
        for name, (inputs, outputs) in widths.items():
            objective.tensors[f"{name}.weight"] = torch.randn(outputs, inputs, 3, 3, dtype=torch.float64) / 3
            objective.tensors[f"{name}.bias"] = torch.randn(outputs, dtype=torch.float64)
        objective.directions = {name: torch.randn(3, widths[name][1], dtype=torch.float64) for name in widths}
        content, style, other, picture = (
            torch.randn(1, 3, h, w, dtype=torch.float64) for h, w in ((11, 7), (9, 14), (12, 12), (11, 7))
        )
        objective.prepare(content, [style, other], masks)
        _, gradient = objective.costs_and_gradient(picture)
        differences, h = torch.zeros_like(picture).flatten(), 1e-6
        for i in range(picture.numel()):
            bump = torch.zeros_like(differences)
            bump[i] = h
            bump = bump.view_as(picture)
            differences[i] = float(objective.costs(picture + bump)["total"] - objective.costs(picture - bump)["total"]) / (2 * h)
        error = (gradient.flatten() - differences).norm() / differences.norm()
        what = f"{pooling} pooling, {statistic}, padding {padding}"
        # The root of a covariance that is nearly singular is steep.
        limit = 1e-6 if statistic == "wasserstein" else 1e-7
        report(f"gradient against finite differences, {what}, relative L2", float(error), limit)

    # Between Gaussians of diagonal covariances the distance is |mS - mG|^2 + |sigmaS - sigmaG|^2.
    means, sigmas = torch.randn(2, 5, dtype=torch.float64), torch.rand(2, 5, dtype=torch.float64)
    moments = [torch.diag(sigmas[i] ** 2) + torch.outer(means[i], means[i]) for i in (0, 1)]
    by_hand = (((means[0] - means[1]) ** 2).sum() + ((sigmas[0] - sigmas[1]) ** 2).sum()) / 5
    report("Wasserstein distance by hand", abs(float(wasserstein_cost(means[0], moments[0], means[1], moments[1]) - by_hand)), 1e-12)

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
            requests = json.load(request_file)
            print(json.dumps([answer(r) for r in requests] if isinstance(requests, list) else answer(requests)))
