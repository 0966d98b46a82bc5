"""Coarse-to-fine style transfer in PyTorch as its best known program does it, to compare with.

    pyramid.py photo painting output --network vgg19.safetensors [--size 512] [--steps 500] [--first-steps 1000]
               [--content-weight 0.015]

Written from the description and the published settings of style-transfer-pytorch (Katherine Crowson), none of which
were tuned here: scales from 128 pixels up, each larger by the square root of 2, the painting resized with them; Adam at
0.02 of the range, its state carried over, pixels clamped; a running mean of the pictures (0.99) is what is shown and
passed on; maximum pooling, replicated border; content from conv4_2, weight 0.015, its squared error divided by its
absolute error; style from conv1_1 ... conv5_1, weights 256, 64, 16, 4, 1, the squared Wasserstein distance between
Gaussians with the features' means and covariances, mean over channels; squared total variation, weight 2.

That program sees through another training of VGG-19, on pictures of about unit variance. Features of this one are
divided by 57.4, which is 255 times the 0.225 that the other divides pictures by. That need not leave the balance as it
was: style costs go by squares of features and the content cost does not, so --content-weight may be given. The trace of
the matrix root comes from eigenvalues instead of an iteration.
"""
import argparse

import torch
import torch.nn.functional as F

from reference import CONTENT_LAYER, LAYERS, MEAN, STYLE_LAYERS, read_picture, read_weights, write_picture

FEATURE_SIZE = 57.4
STYLE_WEIGHTS = {layer: weight / 341 for layer, weight in zip(STYLE_LAYERS, (256, 64, 16, 4, 1))}
CONTENT_WEIGHT, VARIATION_WEIGHT = 0.015, 2.0  # published
RATE, AVERAGING, SMALL = 0.02, 0.99, 1e-4


def activations(weights, picture):
    """{layer: [C, H, W]} of a picture [1, 3, H, W] in 0..1."""
    found, x = {}, picture * 255 - MEAN
    for layer in LAYERS:
        pad = 1
        if layer == "conv1_1":
            x, pad = F.pad(x, (1, 1, 1, 1), "replicate"), 0
        elif layer.endswith("_1"):
            x = F.max_pool2d(x, 2)
        x = F.relu(F.conv2d(x, weights[f"{layer}.weight"], weights[f"{layer}.bias"], padding=pad))
        found[layer] = x[0] / FEATURE_SIZE
    return found


def moments(features):
    """Mean [C] and covariance [C, C]."""
    rows = features.flatten(1)
    mean = rows.mean(1)
    return mean, rows @ rows.T / rows.shape[1] - torch.outer(mean, mean) + SMALL * torch.eye(len(rows))


def root(matrix):
    values, vectors = torch.linalg.eigh(matrix)
    return vectors * values.clamp(min=0).sqrt() @ vectors.T


class RootTrace(torch.autograd.Function):
    """tr X^1/2 of a positive definite X; its gradient is X^-1/2 / 2."""

    @staticmethod
    def forward(context, x):
        values, vectors = torch.linalg.eigh(x)
        roots = values.clamp(min=SMALL**2).sqrt()
        context.save_for_backward(vectors / roots @ vectors.T / 2)
        return roots.sum()

    @staticmethod
    def backward(context, gradient):
        return gradient * context.saved_tensors[0]


def distance(features, target):
    mean, covariance = moments(features)
    wanted_mean, wanted, wanted_root = target
    trace = RootTrace.apply(wanted_root @ covariance @ wanted_root)
    return (mean - wanted_mean).square().mean() + (wanted.trace() + covariance.trace() - 2 * trace) / len(mean)


def content_cost(features, target):
    difference = features - target
    return difference.square().sum() / (difference.abs().sum() + 1e-8)


def variation(picture):
    padded = F.pad(picture, (0, 1, 0, 1), "replicate")
    across = padded[..., :-1, 1:] - padded[..., :-1, :-1]
    down = padded[..., 1:, :-1] - padded[..., :-1, :-1]
    return (across.square() + down.square()).mean()


def paint(weights, photo, painting, picture, moving, steps, content_weight):
    """The mean of the pictures, and Adam's two means of the gradient."""
    with torch.no_grad():
        content = activations(weights, photo)[CONTENT_LAYER]
        style = {}
        found = activations(weights, painting)
        for layer in STYLE_LAYERS:
            mean, covariance = moments(found[layer])
            style[layer] = mean, covariance, root(covariance)
    picture = picture.clone().requires_grad_()
    optimizer = torch.optim.Adam([picture], lr=RATE)
    if moving is not None:
        step, *means = moving
        first, second = [F.interpolate(mean, picture.shape[2:], mode=mode) for mean, mode in zip(means, ("bicubic", "bilinear"))]
        optimizer.state[picture] = {"step": step, "exp_avg": first, "exp_avg_sq": second.relu()}
    average, share = (1 - AVERAGING) * picture.detach(), AVERAGING
    for _ in range(steps):
        optimizer.zero_grad()
        found = activations(weights, picture)
        cost = content_weight * content_cost(found[CONTENT_LAYER], content) + VARIATION_WEIGHT * variation(picture)
        for layer, target in style.items():
            cost = cost + STYLE_WEIGHTS[layer] * distance(found[layer], target)
        cost.backward()
        optimizer.step()
        with torch.no_grad():
            picture.clamp_(0, 1)
            average, share = AVERAGING * average + (1 - AVERAGING) * picture, AVERAGING * share
    state = optimizer.state[picture]
    return average / (1 - share), (state["step"], state["exp_avg"], state["exp_avg_sq"])


def scales_to(size, smallest=128):
    scales = []
    while round(size / 2 ** (len(scales) / 2)) >= smallest or not scales:
        scales.insert(0, round(size / 2 ** (len(scales) / 2)))
    return scales


def main():
    parser = argparse.ArgumentParser()
    for name in ("photo", "painting", "output"):
        parser.add_argument(name)
    parser.add_argument("--network", required=True)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--steps", type=int, default=500, help="at each scale but the first")
    parser.add_argument("--first-steps", type=int, default=1000)
    parser.add_argument("--content-weight", type=float, default=CONTENT_WEIGHT)
    options = parser.parse_args()
    weights = read_weights(options.network)
    picture, moving = None, None
    for number, size in enumerate(scales_to(options.size)):
        photo, painting = [(read_picture(path, size) + MEAN) / 255 for path in (options.photo, options.painting)]
        start = photo if picture is None else F.interpolate(picture, photo.shape[2:], mode="bicubic").clamp(0, 1)
        steps = options.steps if number else options.first_steps
        picture, moving = paint(weights, photo, painting, start, moving, steps, options.content_weight)
    write_picture(options.output, picture * 255 - MEAN)


if __name__ == "__main__":
    main()
