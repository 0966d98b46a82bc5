"""Gatys' neural style transfer in PyTorch, to compare with: needs torch, numpy and Pillow.

    reference.py photo painting output --network vgg19.safetensors [--size 512] [--scales 1] [--steps 300]
                 [--seconds 0]

Written from Gatys, Ecker & Bethge, "Image Style Transfer Using Convolutional Neural Networks" (CVPR 2016) and the
settings that its authors published with their PyTorch program, none of which were tuned here: content from conv4_2,
weight 1; style from conv1_1 ... conv5_1, mean squared differences of Gram matrices divided by the number of positions,
weight 1000 / C^2 each; L-BFGS from the photo; maximum pooling; pictures in 0..255 minus the mean. With two scales the picture is painted at half the size first, and enlarged (Gatys, Ecker, Bethge,
Hertzmann & Shechtman, "Controlling Perceptual Factors in Neural Style Transfer", CVPR 2017, section 6).
"""
import argparse
import json
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

STYLE_LAYERS = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]
CONTENT_LAYER = "conv4_2"
LAYERS = [f"conv{block}_{i}" for block, depth in enumerate((2, 2, 4, 4, 1), 1) for i in range(1, depth + 1)]
MEAN = torch.tensor([123.68, 116.779, 103.939]).view(1, 3, 1, 1)


def read_weights(path):
    """{name: tensor} of a safetensors file in float32: header length, JSON header, data."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    names = [f"{layer}.{part}" for layer in LAYERS for part in ("weight", "bias")]
    spans = {name: header[name]["data_offsets"] for name in names}
    return {
        name: torch.from_numpy(np.frombuffer(data[begin:end], "<f4").reshape(header[name]["shape"]).copy())
        for name, (begin, end) in spans.items()
    }


def read_picture(path, size):
    """[1, 3, H, W], the long side `size` pixels, mean subtracted."""
    picture = Image.open(path).convert("RGB")
    scale = size / max(picture.size)
    picture = picture.resize([round(side * scale) for side in picture.size], Image.LANCZOS)
    return torch.from_numpy(np.asarray(picture, "f4")).permute(2, 0, 1)[None].contiguous() - MEAN


def write_picture(path, picture):
    array = (picture + MEAN)[0].permute(1, 2, 0).clamp(0, 255).round().byte().numpy()
    Image.fromarray(array).save(path)


def activations(weights, picture):
    """{layer: [C, H, W]} of all layers; pools of twice two, maxima as in the authors' program."""
    found, x = {}, picture
    for layer in LAYERS:
        if layer.endswith("_1") and layer != "conv1_1":
            x = F.max_pool2d(x, 2)
        x = F.relu(F.conv2d(x, weights[f"{layer}.weight"], weights[f"{layer}.bias"], padding=1))
        found[layer] = x[0]
    return found


def gram(x):
    rows = x.flatten(1)
    return rows @ rows.T / rows.shape[1]


def paint(weights, photo, painting, start, steps, deadline):
    with torch.no_grad():
        content = activations(weights, photo)[CONTENT_LAYER]
        found = activations(weights, painting)
        style = {layer: gram(found[layer]) for layer in STYLE_LAYERS}
    picture = start.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([picture], max_iter=1)

    def closure():
        optimizer.zero_grad()
        found = activations(weights, picture)
        cost = F.mse_loss(found[CONTENT_LAYER], content)
        for layer, target in style.items():
            cost = cost + 1000 / target.shape[0] ** 2 * F.mse_loss(gram(found[layer]), target)
        cost.backward()
        return cost

    # One iteration at a time, so that the clock can be looked at; the optimiser remembers its history.
    for _ in range(steps):
        optimizer.step(closure)
        if time.monotonic() > deadline:
            break
    return picture.detach()


def main():
    began = time.monotonic()
    parser = argparse.ArgumentParser()
    for name in ("photo", "painting", "output"):
        parser.add_argument(name)
    parser.add_argument("--network", required=True)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--scales", type=int, default=1)
    parser.add_argument("--steps", type=int, default=300, help="on all scales together")
    parser.add_argument("--seconds", type=float, default=0, help="0 for as many as it takes")
    options = parser.parse_args()
    weights = read_weights(options.network)
    picture = None
    for scale in range(options.scales - 1, -1, -1):
        size = options.size // 2**scale
        photo, painting = read_picture(options.photo, size), read_picture(options.painting, size)
        start = photo if picture is None else F.interpolate(picture, photo.shape[2:], mode="bicubic")
        share = (options.scales - scale) / options.scales
        deadline = began + options.seconds * share if options.seconds > 0 else float("inf")
        picture = paint(weights, photo, painting, start, options.steps // options.scales, deadline)
    write_picture(options.output, picture)


if __name__ == "__main__":
    main()
