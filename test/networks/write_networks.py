"""Writes the network in source.json ([name, shape, numbers], OIHW, RGB) as other programs would."""

import json
import re
import struct
import sys
from pathlib import Path

import h5py
import numpy as np
import scipy.io

folder = Path(sys.argv[1])
tensors = {n: np.array(v, np.float32).reshape(s) for n, s, v in json.loads((folder / "source.json").read_text())}
layers = [n.removesuffix(".weight") for n in tensors if n.endswith(".weight")]


def keras_kernel(layer):
    """HWIO; the first layer reads B, G, R."""
    kernel = tensors[f"{layer}.weight"]
    if layer == "conv1_1":
        kernel = kernel[:, ::-1]
    return np.ascontiguousarray(kernel.transpose(2, 3, 1, 0))


def keras_name(layer):
    return re.sub(r"conv(\d+)_(\d+)", r"block\1_conv\2", layer)


def keras(name, kernel_path, bias_path, dtype=np.float32, others=0, libver=None, track_order=False, **storage):
    with h5py.File(folder / name, "w", libver=libver, track_order=track_order) as file:
        for i in range(others):
            file.create_group(f"layers/other{i:03}")
        file.attrs["layer_names"] = [keras_name(layer).encode() for layer in layers]
        file.create_group("block1_pool")
        for layer in layers:
            k = keras_name(layer)
            for path, array in ((kernel_path, keras_kernel(layer)), (bias_path, tensors[f"{layer}.bias"])):
                how = {**storage}
                if storage.get("chunks") == "uneven":
                    how["chunks"] = tuple(max(1, extent * 2 // 3) for extent in array.shape)
                file.create_dataset(path.format(k), data=array.astype(dtype), **how)
        file.create_dataset("predictions/predictions/kernel:0", data=np.zeros((7, 5), np.float32))


keras("keras1.h5", "{0}/{0}_W_1:0", "{0}/{0}_b_1:0")
keras("keras2.h5", "model_weights/{0}/{0}/kernel:0", "model_weights/{0}/{0}/bias:0")
keras("keras3.h5", "layers/{0}/vars/0", "layers/{0}/vars/1")
keras("keras-chunked.h5", "{0}/{0}/kernel:0", "{0}/{0}/bias:0", chunks=True, compression="gzip", shuffle=True)
keras("keras-latest.h5", "{0}/{0}/kernel:0", "{0}/{0}/bias:0", libver="latest")
keras("keras-many.h5", "layers/{0}/vars/0", "layers/{0}/vars/1", others=200)
# More links than fit into the group's own messages: a heap with an index, here two levels deep.
keras("keras-dense.h5", "layers/{0}/vars/0", "layers/{0}/vars/1", others=200, libver="latest", dtype=np.float16)
keras("keras-ordered.h5", "layers/{0}/vars/0", "layers/{0}/vars/1", others=20, track_order=True, dtype=">f4")
keras(
    "keras-filters.h5",
    "{0}/{0}/kernel:0",
    "{0}/{0}/bias:0",
    dtype=np.float64,
    chunks="uneven",
    compression="gzip",
    shuffle=True,
    fletcher32=True,
)
keras("keras-uneven.h5", "{0}/{0}/kernel:0", "{0}/{0}/bias:0", chunks="uneven", fletcher32=True)


def matconvnet_kernel(layer):
    """[H, W, C, C'], height and width exchanged."""
    return tensors[f"{layer}.weight"].transpose(3, 2, 1, 0)


def cell(*items):
    result = np.empty((1, len(items)), object)
    for i, item in enumerate(items):
        result[0, i] = item
    return result


def matconvnet(make_conv):
    result = []
    for i, layer in enumerate(layers):
        if i and layer[4] != layers[i - 1][4]:
            result.append({"name": f"pool{i}", "type": "pool", "stride": np.array([[2.0, 2.0]]), "method": "max"})
        result += [make_conv(layer), {"type": "relu", "name": layer.replace("conv", "relu")}]
    fc = {"type": "conv", "name": "fc6", "weights": cell(np.zeros((7, 7, 512, 41), np.float32), np.zeros((41, 1)))}
    return cell(*result, fc, {"type": "softmax", "name": "prob"})


newer = matconvnet(
    lambda layer: {
        "name": layer,
        "type": "conv",
        "weights": cell(matconvnet_kernel(layer), tensors[f"{layer}.bias"].reshape(-1, 1)),
        "pad": np.array([[1.0, 1, 1, 1]]),
        "stride": np.array([[1.0, 1]]),
    }
)
meta = {
    "classes": {"name": cell("tench", "goldfish é")},
    "normalization": {"averageImage": np.array([[[123.5, 116.25, 103.0]]]), "interpolation": "bilinear"},
}
scipy.io.savemat(folder / "newer.mat", {"layers": newer, "meta": meta}, do_compression=True)
older = matconvnet(
    lambda layer: {
        "weights": cell(matconvnet_kernel(layer), tensors[f"{layer}.bias"].reshape(1, -1)),
        "pad": np.array([[1, 1, 1, 1]], np.uint8),
        "type": "conv",
        "name": layer,
    }
)
image = np.tile(np.array([123.5, 116.25, 103.0], np.float32), (224, 224, 1))
scipy.io.savemat(
    folder / "older.mat", {"normalization": {"averageImage": image}, "layers": older}, do_compression=False
)
oldest = matconvnet(
    lambda layer: {
        "filters": matconvnet_kernel(layer),
        "biases": tensors[f"{layer}.bias"].reshape(1, -1),
        "type": "conv",
        "name": layer,
    }
)
scipy.io.savemat(folder / "oldest.mat", {"layers": oldest}, do_compression=True)

# torchvision divides by 255 and the deviation first: its first kernel is ours times both.
torch, index, block = {}, 0, "1"
for layer in layers:
    if layer[4] != block:
        index, block = index + 1, layer[4]
    kernel = tensors[f"{layer}.weight"].astype(np.float64)
    if layer == "conv1_1":
        kernel = kernel * (255 * np.array([0.229, 0.224, 0.225]))[None, :, None, None]
    torch[f"features.{index}.weight"] = kernel.astype(np.float32)
    torch[f"features.{index}.bias"] = tensors[f"{layer}.bias"]
    index += 2
torch["head.fc.weight"] = np.zeros((3, 2), np.float32)
torch["head.steps"] = np.zeros((1,), np.int64)


def safetensors(name, arrays):
    header, data = {}, b""
    for key in sorted(arrays, key=lambda k: (-arrays[k].dtype.itemsize, k)):
        array = arrays[key]
        begin = len(data)
        data += np.ascontiguousarray(array).tobytes()
        dtype = {"float32": "F32", "float16": "F16", "int64": "I64"}[array.dtype.name]
        header[key] = {"dtype": dtype, "shape": array.shape, "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    (folder / name).write_bytes(struct.pack("<Q", len(text)) + text + data)


safetensors("torchvision.safetensors", torch)
safetensors("half.safetensors", {name: array.astype(np.float16) for name, array in tensors.items()})


def tfjs(name, quantize=None):
    specs, data = [], b""
    for layer in layers:
        for suffix, array in (("kernel", keras_kernel(layer)), ("bias", tensors[f"{layer}.bias"])):
            spec = {"name": f"{keras_name(layer)}/{suffix}", "shape": array.shape, "dtype": "float32"}
            if quantize == "float16":
                spec["quantization"] = {"dtype": "float16", "original_dtype": "float32"}
                array = array.astype(np.float16)
            elif quantize:
                top = np.iinfo(quantize).max
                low, scale = float(array.min()), float(array.max() - array.min()) / top
                spec["quantization"] = {"dtype": quantize, "min": low, "scale": scale, "original_dtype": "float32"}
                array = np.round((array - low) / scale).astype(quantize)
            specs.append(spec)
            data += array.tobytes()
    (folder / name).mkdir()
    # Shards that cut through the arrays, as the converter's 4 MB shards do.
    cuts = [0, len(data) // 3 + 1, len(data) // 2, len(data)]
    paths = [f"group1-shard{i + 1}of3.bin" for i in range(3)]
    for path, begin, end in zip(paths, cuts, cuts[1:]):
        (folder / name / path).write_bytes(data[begin:end])
    model = {"format": "layers-model", "weightsManifest": [{"paths": paths, "weights": specs}]}
    (folder / name / "model.json").write_text(json.dumps(model))


tfjs("tfjs")
for kind in ("uint8", "uint16", "float16"):
    tfjs(f"tfjs-{kind}", kind)
