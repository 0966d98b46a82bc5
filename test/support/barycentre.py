#!/usr/bin/env python3
"""The Wasserstein barycentre of Gaussians by the fixed-point iteration of Alvarez-Esteban et al. (2016), eq. 4.

Independent of the TypeScript: matrix roots by eigenvalues, 100 steps, a ridge of 1e-7 of the mean variance for singular
covariances. Reads [{"extent", "weights", "covariances": [[...], ...], "found": [...]}, ...]; answers for each how far
`found` is off (Frobenius norm, relative), how much its mean squared distance exceeds the least one (relative), and its
least eigenvalue relative to its trace.
"""
import json
import sys

import numpy as np


def root(matrix):
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def distance(a, b):
    half = root(a)
    return np.trace(a) + np.trace(b) - 2 * np.trace(root(half @ b @ half))


def answer(question):
    extent = question["extent"]
    weights = np.array(question["weights"], float)
    weights /= weights.sum()
    parts = [np.array(c).reshape(extent, extent) for c in question["covariances"]]
    parts = [c + 1e-7 * np.trace(c) / extent * np.eye(extent) for c in parts]
    found = np.array(question["found"]).reshape(extent, extent)
    least = sum(w * c for w, c in zip(weights, parts))
    for _ in range(100):
        half = root(least)
        inverse = np.linalg.inv(half)
        mean = sum(w * root(half @ c @ half) for w, c in zip(weights, parts))
        least = inverse @ mean @ mean @ inverse
    objective = lambda s: sum(w * distance(s, c) for w, c in zip(weights, parts))
    return {
        "error": np.linalg.norm(found - least) / np.linalg.norm(least),
        "excess": objective(found) / objective(least) - 1,
        "least": np.linalg.eigvalsh(found).min() / np.trace(found),
    }


print(json.dumps([answer(question) for question in json.load(sys.stdin)]))
