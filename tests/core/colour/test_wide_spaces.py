"""Photos in Adobe RGB, Display P3 and ProPhoto are corrected as what they look like."""

from __future__ import annotations

import io
import struct

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from core.colour.profile import wide_space
from core.colour.spaces import encoded
from core.image import Metadata, Photo, max_value
from core.imageio.profiles import srgb_profile
from core.pipeline import Restoration
from core.progress import no_progress
from core.settings import COLOUR_PRESETS, ColourSettings
from core.stages.colour import ColourStage

ADOBE = [[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]]
P3 = [[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]]
PROPHOTO = [[0.79767, 0.13519, 0.03134], [0.28804, 0.71188, 0.00009], [0.0, 0.0, 0.82491]]


def fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


GAMMA_22 = b"curv" + bytes(4) + struct.pack(">IH", 1, 563) + bytes(2)
GAMMA_18 = b"curv" + bytes(4) + struct.pack(">IH", 1, 461) + bytes(2)
SRGB_CURVE = (
    b"para" + bytes(4) + struct.pack(">HH", 3, 0)
    + fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
)  # fmt: skip


def table_curve(gamma: float) -> bytes:
    values = np.rint(np.linspace(0, 1, 1024) ** gamma * 65535).astype(">u2")
    return b"curv" + bytes(4) + struct.pack(">I", len(values)) + values.tobytes()


def profile(matrix, curve: bytes) -> bytes:
    """A version 2 display profile with these primaries and one curve for all channels."""
    text = b"test\0"
    columns = np.array(matrix).T
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78),
        b"cprt": b"text" + bytes(4) + text,
        b"wtpt": b"XYZ " + bytes(4) + fixed(0.9642, 1.0, 0.8249),
        **{n: b"XYZ " + bytes(4) + fixed(*c)
           for n, c in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }  # fmt: skip
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        padded = data + bytes(-len(data) % 4)
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += padded
    size = start + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"test", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + fixed(0.9642, 1.0, 0.8249) + bytes(48)
    return head + table + body


SPACES = {
    "adobe": profile(ADOBE, GAMMA_22),
    "p3": profile(P3, SRGB_CURVE),
    "prophoto": profile(PROPHOTO, GAMMA_18),
    "table": profile(P3, table_curve(2.2)),
}


def colours(dtype=np.uint8) -> np.ndarray:
    coarse = np.random.default_rng(3).random((6, 7, 3), dtype=np.float32) * 0.7 + 0.15
    image = np.clip(cv2.resize(coarse, (96, 80), interpolation=cv2.INTER_CUBIC), 0, 1)
    return np.rint(image * np.iinfo(dtype).max).astype(dtype)


def by_lcms(pixels: np.ndarray, source: bytes, target: bytes) -> np.ndarray:
    profiles = [ImageCms.ImageCmsProfile(io.BytesIO(data)) for data in (source, target)]
    intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
    image = ImageCms.profileToProfile(Image.fromarray(pixels), *profiles, renderingIntent=intent)
    return np.asarray(image)


def linear_light(space, pixels: np.ndarray) -> np.ndarray:
    return space._linear(pixels, space._light_tables(max_value(pixels)), grey=False)


def run(pixels: np.ndarray, icc: bytes | None, settings: ColourSettings) -> np.ndarray:
    photo = Photo(np.ascontiguousarray(pixels), metadata=Metadata(icc=icc))
    return ColourStage(settings).run(Restoration(photo, photo), no_progress()).photo.pixels


@pytest.mark.parametrize("name", SPACES)
def test_codes_are_read_as_littlecms_reads_them(name):
    ours = wide_space(SPACES[name]).to_srgb(colours()) / 257
    theirs = by_lcms(colours(), SPACES[name], srgb_profile())
    inside = ((theirs > 2) & (theirs < 253)).all(axis=2)
    assert inside.mean() > 0.3
    assert np.abs(ours - theirs)[inside].max() <= 2.5


@pytest.mark.parametrize("icc", [None, b"", b"junk" * 100, srgb_profile()])
def test_srgb_and_what_is_no_such_profile_need_nothing(icc):
    assert wide_space(icc) is None


def parametric(kind: int, *values: float) -> bytes:
    return b"para" + bytes(4) + struct.pack(">HH", kind, 0) + fixed(*values)


@pytest.mark.parametrize(
    ("matrix", "curve"),
    [
        (P3, parametric(1, 2.2, 0.0, 0.5)),
        (P3, parametric(2, 2.2, 0.0, 0.5, 0.1)),
        (P3, parametric(0, -1.0)),
        (P3, parametric(0, 0.0)),
        (P3, parametric(3, 2.4, -1.0, 0.0, 0.1, 0.0)),
        (P3, parametric(5, 2.4)),
        ([[0.5, -0.5, 0.0], [0.2, 0.6, -0.8], [0.1, 0.3, 0.9]], GAMMA_22),
    ],
)
def test_a_damaged_profile_counts_as_none(matrix, curve):
    assert wide_space(profile(matrix, curve)) is None


def test_a_steep_curve_is_cut_off_without_a_warning():
    space = wide_space(profile(P3, parametric(1, 3000.0, 2.0, 0.0)))
    assert space.curves.max() == 1


@pytest.mark.parametrize("name", ["adobe", "p3", "prophoto"])
@pytest.mark.parametrize("settings", [
    COLOUR_PRESETS["strong"], ColourSettings(exposure=0.5), ColourSettings(saturation=-0.5),
])  # fmt: skip
def test_a_photo_looks_the_same_corrected_in_any_space(name, settings):
    narrow = colours()
    wide = by_lcms(narrow, srgb_profile(), SPACES[name])
    expected = run(narrow, None, settings).astype(float)
    done = by_lcms(run(wide, SPACES[name], settings), SPACES[name], srgb_profile())
    inside = ((expected > 8) & (expected < 247)).all(axis=2)
    assert np.abs(done - expected)[inside].mean() < 1.5
    # Codes taken for sRGB's, as before, are further off.
    naive = by_lcms(run(wide, None, settings), SPACES[name], srgb_profile())
    assert np.abs(naive - expected)[inside].mean() > np.abs(done - expected)[inside].mean()


def test_colours_beyond_srgb_stay_beyond():
    pixels = colours(np.uint16)
    pixels[:30, :30] = [2000, 60000, 3000]
    done = run(pixels, SPACES["adobe"], ColourSettings(contrast=0.05))
    space = wide_space(SPACES["adobe"])
    light = linear_light(space, done[:30, :30])
    assert light[..., 0].max() < -0.05
    assert done.dtype == np.uint16


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_neutral_settings_change_nothing_and_weak_ones_little(dtype):
    pixels = colours(dtype)
    assert run(pixels, SPACES["prophoto"], ColourSettings()) is pixels or np.array_equal(
        run(pixels, SPACES["prophoto"], ColourSettings()), pixels
    )
    inner = (pixels // 3 + np.iinfo(dtype).max // 3).astype(dtype)  # well within sRGB
    done = run(inner, SPACES["prophoto"], ColourSettings(contrast=0.001)).astype(float)
    assert np.abs(done - inner).max() <= (1 if dtype == np.uint8 else 60)


def test_grey_stays_grey_exactly():
    grey = np.repeat(colours(np.uint16)[..., :1], 3, axis=2)
    for name in ("adobe", "prophoto"):
        done = run(grey, SPACES[name], COLOUR_PRESETS["strong"])
        assert (done == done[..., :1]).all()


def test_a_picked_colour_becomes_grey_in_its_own_space():
    pixels = colours()
    pixels[:40] = [150, 120, 90]
    picked = tuple(float(value) for value in pixels[5, 5] / 255)
    done = run(pixels, SPACES["prophoto"], ColourSettings(neutral_colour=picked, white_balance=1))
    assert np.ptp(done[5, 5].astype(int)) <= 2
    assert np.ptp(encoded(linear_light(wide_space(SPACES["prophoto"]), done[:1, :1]))) < 0.01
