"""Writes pictures whose colours are stored in other ways than sRGB, and beside each `<name>.json` of what they show.

References: the transfer functions of ITU-R BT.2100 and IEC 61966-2-1 in numpy, matrices from the published tables,
and lcms (Pillow) for ICC profiles.
"""

import json
import struct
import sys
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

folder = Path(sys.argv[1])
H, W = 40, 48
y, x = np.mgrid[0:H, 0:W]
# Every corner of the RGB cube and what lies between.
rgb = np.stack([x / (W - 1), y / (H - 1), ((x // 8 + y // 8) % 3) / 2], 2)
grey = np.clip((x + y) / (W + H - 2), 0, 1)

# Linear RGB in these primaries to linear sRGB (published, rounded to what they are given with).
BT2020 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
P3 = np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]])
ADOBE = np.array([[1.3984, -0.3984, 0.0], [0.0, 1.0, 0.0], [0.0, -0.0429, 1.0429]])


def srgb(light):
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055) * 255


def linear(v):
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def pq(nits):
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    p = (np.clip(nits, 0, 10000) / 10000) ** m1
    return ((c1 + c2 * p) / (1 + c3 * p)) ** m2


def hlg(scene):
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), a * np.log(np.maximum(12 * scene - b, 1e-9)) + c)


def png(name, values, bits, chunks, expected):
    """values [H, W] or [H, W, C] in 0..1; expected in 0..255."""
    values = np.atleast_3d(np.round(np.clip(values, 0, 1) * (2**bits - 1)))
    values = values.astype(np.uint8 if bits == 8 else ">u2")
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[values.shape[2]]
    rows = b"".join(b"\0" + row.tobytes() for row in values)

    def chunk(type, data):
        return struct.pack(">I", len(data)) + type + data + struct.pack(">I", zlib.crc32(type + data))

    header = struct.pack(">IIBBBBB", W, H, bits, kind, 0, 0, 0)
    parts = [chunk(b"IHDR", header), *(chunk(*c) for c in chunks), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    (folder / name).write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    told(name, expected)


def tiff(name, values, expected, icc=b""):
    values = np.atleast_3d(values)
    channels = values.shape[2]
    data, bits = values.tobytes(), 8 * values.dtype.itemsize
    format = 3 if values.dtype.kind == "f" else 1
    shorts = {258: [bits] * channels, 259: [1], 262: [2 if channels > 2 else 1], 277: [channels], 284: [1], 339: [format] * channels}
    if channels in (2, 4):
        shorts[338] = [2]
    longs = {256: W, 257: H, 273: 8, 278: H, 279: len(data)}
    directory = 8 + len(data)
    tags = sorted([*shorts, *longs, *([34675] if icc else [])])
    extra, entries = b"", b""
    base = directory + 2 + 12 * len(tags) + 4
    for tag in tags:
        if tag == 34675:
            entries += struct.pack("<HHII", tag, 7, len(icc), base + len(extra))
            extra += icc
        elif tag in longs:
            entries += struct.pack("<HHII", tag, 4, 1, longs[tag])
        elif len(shorts[tag]) <= 2:
            entries += struct.pack("<HHI", tag, 3, len(shorts[tag])) + struct.pack("<HH", *(shorts[tag] + [0])[:2])
        else:
            entries += struct.pack("<HHII", tag, 3, len(shorts[tag]), base + len(extra))
            extra += struct.pack(f"<{len(shorts[tag])}H", *shorts[tag])
    (folder / name).write_bytes(
        b"II*\0" + struct.pack("<I", directory) + data + struct.pack("<H", len(tags)) + entries + b"\0\0\0\0" + extra
    )
    told(name, expected)


def told(name, expected):
    expected = np.atleast_3d(expected)
    if expected.shape[2] < 3:
        expected = np.concatenate([expected[..., :1]] * 3 + [expected[..., 1:]], 2)
    (folder / f"{name}.json").write_text(json.dumps(np.round(expected, 3).transpose(2, 0, 1).ravel().tolist()))


def profile(space, tags):
    """A minimal ICC profile, version 2."""
    table, data, at = b"", b"", 128 + 4 + 12 * len(tags)
    for tag, content in tags.items():
        table += tag + struct.pack(">II", at + len(data), len(content))
        data += content + b"\0" * (-len(content) % 4)
    size = at + len(data)
    head = struct.pack(">I4sI4s4s4s12x4s", size, b"lcms", 0x02400000, b"mntr", space, b"XYZ ", b"acsp")
    head += b"\0" * 28 + struct.pack(">III", 0xF6D6, 0x10000, 0xD32D)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


def xyz(*values):
    return b"XYZ \0\0\0\0" + struct.pack(">iii", *(round(v * 65536) for v in values))


def gamma(value):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256))


def table(values):
    return b"curv\0\0\0\0" + struct.pack(f">I{len(values)}H", len(values), *(round(v * 65535) for v in values))


def parametric(*values):
    return b"para\0\0\0\0" + struct.pack(">HH", {1: 0, 3: 1, 4: 2, 5: 3, 7: 4}[len(values)], 0) + struct.pack(
        f">{len(values)}i", *(round(v * 65536) for v in values)
    )


def by_lcms(icc, values):
    """What lcms makes of 8-bit values; relative colorimetric, as neutral as a profile without tables gets."""
    image = Image.fromarray(np.round(values * 255).astype(np.uint8), "L" if values.ndim == 2 else "RGB")
    source = ImageCms.ImageCmsProfile(BytesIO(icc))
    result = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), renderingIntent=1, outputMode="RGB", flags=0x0100)
    return np.asarray(result).astype(float)


eight = np.round(rgb * 255) / 255
eight_grey = np.round(grey * 255) / 255
alpha = np.round(x / (W - 1) * 255) / 255

# gAMA and cHRM.
png("gama-1.8.png", eight, 8, [(b"gAMA", struct.pack(">I", 55556))], srgb(eight**1.8))
png("gama-1.8-grey.png", eight_grey, 8, [(b"gAMA", struct.pack(">I", 55556))], srgb(eight_grey**1.8))
png("gama-alpha.png", np.dstack([eight, alpha]), 8, [(b"gAMA", struct.pack(">I", 100000))],
    np.dstack([np.where(alpha[..., None] == 0, 255, srgb(eight)), alpha * 255]))
png("gama-usual.png", eight, 8, [(b"gAMA", struct.pack(">I", 45455))], eight * 255)
chrm = struct.pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
png("chrm-adobe.png", rgb, 16, [(b"gAMA", struct.pack(">I", 45455)), (b"cHRM", chrm)], srgb(rgb**2.2 @ ADOBE.T))
png("srgb-wins-over-gama.png", eight, 8, [(b"sRGB", b"\0"), (b"gAMA", struct.pack(">I", 100000))], eight * 255)

# cICP, nothing brighter than white, which is 203 cd/m2.
light = linear(rgb)
png("pq-2020.png", pq(203 * light @ np.linalg.inv(BT2020).T), 16, [(b"cICP", bytes([9, 16, 0, 1]))], srgb(light))
png("pq-p3.png", pq(203 * light @ np.linalg.inv(P3).T), 16, [(b"cICP", bytes([12, 16, 0, 1]))], srgb(light))
png("srgb-p3.png", srgb(light @ np.linalg.inv(P3).T) / 255, 16, [(b"cICP", bytes([12, 13, 0, 1]))], srgb(light))
png("linear-2020.png", light @ np.linalg.inv(BT2020).T, 16, [(b"cICP", bytes([9, 8, 0, 1]))], srgb(light))
png("narrow.png", (16 + 219 * rgb) / 255, 16, [(b"cICP", bytes([1, 13, 0, 0]))], rgb * 255)
wide = np.clip(light @ np.linalg.inv(BT2020).T, 0, None) * 203 / 1000
luminance = wide @ np.array([0.2627, 0.6780, 0.0593])
scene = wide * np.maximum(luminance, 1e-9)[..., None] ** (1 / 1.2 - 1)
png("hlg-2020.png", hlg(scene), 16, [(b"cICP", bytes([9, 18, 0, 1]))], srgb(light))

# Floats and long whole numbers, sRGB from 0 to 1.
for bits in (16, 32):
    tiff(f"float{bits}-rgb.tif", rgb.astype(f"<f{bits // 8}"), rgb * 255)
tiff("float-rgba.tif", np.dstack([rgb, alpha]).astype("<f4"), np.dstack([np.where(alpha[..., None] == 0, 255, rgb * 255), alpha * 255]))
tiff("float-grey-alpha.tif", np.dstack([grey, alpha]).astype("<f4"), np.dstack([np.where(alpha == 0, 255, grey * 255), alpha * 255]))
tiff("float-grey-255.tif", (grey * 255).astype("<f4"), grey * 255)
tiff("uint32-grey.tif", np.round(grey * (2**32 - 1)).astype("<u4"), grey * 255)

# ICC profiles of grey in 16 bits, and of floats.
white = {b"wtpt": xyz(0.9642, 1, 0.8249), b"cprt": b"text\0\0\0\0Made by a test; nobody has a right in three numbers.\0"}
curves = {
    "gamma": gamma(2.2),
    "table": table((np.arange(64) / 63) ** 1.5),
    "linear": b"curv\0\0\0\0\0\0\0\0",
    "parametric": parametric(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045),
}
for name, curve in curves.items():
    icc = profile(b"GRAY", {**white, b"kTRC": curve})
    png(f"grey16-{name}.png", eight_grey, 16, [(b"iCCP", b"x\0\0" + zlib.compress(icc))], by_lcms(icc, eight_grey))
icc = profile(b"GRAY", {**white, b"kTRC": curves["gamma"]})
png("grey16-alpha.png", np.dstack([eight_grey, alpha]), 16, [(b"iCCP", b"x\0\0" + zlib.compress(icc))],
    np.dstack([np.where(alpha == 0, 255, by_lcms(icc, eight_grey)[..., 0]), alpha * 255]))
tiff("float-grey-profile.tif", eight_grey.astype("<f4"), by_lcms(icc, eight_grey), icc)
adobe = {b"rXYZ": xyz(0.6097, 0.3111, 0.0195), b"gXYZ": xyz(0.2053, 0.6257, 0.0609), b"bXYZ": xyz(0.1492, 0.0632, 0.7446)}
icc = profile(b"RGB ", {**white, **adobe, **{t: gamma(563 / 256) for t in (b"rTRC", b"gTRC", b"bTRC")}})
tiff("float-rgb-profile.tif", eight.astype("<f4"), by_lcms(icc, eight), icc)
png("rgb16-profile.png", eight, 16, [(b"iCCP", b"x\0\0" + zlib.compress(icc))], by_lcms(icc, eight))
tiff("rgb16-profile.tif", np.round(eight * 65535).astype("<u2"), by_lcms(icc, eight), icc)

# Adobe RGB that EXIF alone declares, in two byte orders, in JPEG and PNG.
for order, name in (("<", "exif-ii.png"), (">", "exif-mm.png")):
    ifd = lambda *entries: struct.pack(order + "H", len(entries)) + b"".join(entries) + b"\0\0\0\0"
    long = lambda tag, value: struct.pack(order + "HHII", tag, 4, 1, value)
    exif = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    exif += ifd(long(0x8769, 26)) + ifd(struct.pack(order + "HHIHH", 0xA001, 3, 1, 0xFFFF, 0), long(0xA005, 56))
    exif += ifd(struct.pack(order + "HHI4s", 1, 2, 4, b"R03\0"))
    png(name, eight, 8, [(b"eXIf", exif)], srgb(eight ** (563 / 256) @ ADOBE.T))
