"""The model registry: what is in it, and what it refuses."""

import hashlib
import json
import re
import subprocess
import sys
from importlib.resources import files

import msgspec
import pytest

from core.errors import ModelMissingError
from core.models.spec import ModelSpec, Registry, load_registry, parse_registry

REGISTRY = load_registry()
TABLE = """
GFPGANv1.4.pth 348632874 e2cd4703ab14f4d01fd1383a8a8b266f9a5833dacee8e6a79d3bf21a1b6be5ad
GFPGANv1.3.pth 348632874 c953a88f2727c85c3d9ae72e2bd4846bbaf59fe6972ad94130e23e7017524a70
GFPGANCleanv1-NoCE-C2.pth 348632874 29e25ee90c170f4231163f4c83df6b59c968b73f3ce00cb884015ae005db083c
GFPGANv1.pth 615378983 6db3a33dd00dd427b8a70a7e3c6244a5bcccb818736f4861ce1d609024a991de
RestoreFormer.pth 290785322 07404d446d62ca3d5ed38b1de09a947a1e77d46dbccec961a74d713a8f24ace0
RestoreFormer%2B%2B.ckpt 294028815 613fe52805f86bf8c2bffff08ae9f7a0b99f408be1bf221767af6183038be3a2
codeformer.pth 376637898 1009e537e0c2a07d4cabce6355f53cb66767cd4b4297ec7a4a64ca4b8a5684b7
RealESRGAN_x2plus.pth 67061725 49fafd45f8fd7aa8d31ab2a22d14d91b536c34494a5cfe31eb5d89c2fa266abb
RealESRGAN_x4plus.pth 67040989 4fa0d38905f75ac06eb49a7951b426670021be3018265fd191d2125df9d682f1
realesr-general-x4v3.pth 4885111 8dc7edb9ac80ccdc30c3a5dca6616509367f05fbc184ad95b731f05bece96292
detection_Resnet50_Final.pth 109497761 \
6d1de9c2944f2ccddca5f5e010ea5ae64a39845a86311af6fdf30841b0a5a16d
detection_mobilenet0.25_Final.pth 1789735 \
2979b33ffafda5d74b6948cd7a5b9a7a62f62b949cef24e95fd15d2883a65220
parsing_parsenet.pth 85331193 3d558d8d0e42c20224f13cf5a29c79eba2d59913419f945545d8cf7b72920de2
parsing_bisenet.pth 53289463 468e13ca13a9b43cc0881a9f99083a430e9c0a38abd935431d1c28ee94b26567
recognition_arcface_ir_se50.pth 175367323 \
a035c768259b98ab1ce0e646312f48b9e1e218197a0f80ac6765e88f8b6ddf28
alignment_WFLW_4HG.pth 193670248 bbfd137307a4c7debd5c283b9b0ce539466cee417ac0a155e184d857f9f2899c
StyleGAN2_512_Cmul1_FFHQ_B12G4_scratch_800k.pth 204535545 \
05f5d33d79b32a3355cae3ede30e7ee06a90e56c60b1c2efe4ddd0d0e5a2959f
arcface_resnet18.pth 103000000 69554b3184575bdda7ecf7f40caf2b0c5ecbd0617b676d2209d8bf0e7e3d8042
FFHQ_eye_mouth_landmarks_512.pth 37260585 \
80c0c1a71206d42b3d39c1d4c9b0ddd4066743f478e36e3de19ced0db4434c02
"""
"""The published files as they were found, independent of the registry's text."""

FIELDS = {
    "id": "net",
    "name": "Net",
    "task": "upscaling",
    "architecture": "rrdbnet",
    "source": "download",
    "file": "net.pth",
    "urls": ("https://example.org/net.pth",),
    "sha256": "a" * 64,
    "size_bytes": 10,
    "licence": "MIT",
    "commercial_use": True,
    "origin": "us",
    "good_at": "tests",
}


def make(**changes):
    return ModelSpec(**(FIELDS | changes))


def as_toml(fields):
    """One entry of a registry; JSON scalars and lists are TOML as well."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in fields.items()]
    return "\n".join(["[[models]]", *lines])


def test_all_published_files_are_there_with_size_and_hash():
    downloads = {
        (spec.urls[0].rsplit("/", 1)[-1], spec.size_bytes, spec.sha256)
        for spec in REGISTRY
        if spec.source == "download"
    }
    rows = [line.split() for line in TABLE.strip().splitlines()]
    assert downloads == {(name, int(size), sha256) for name, size, sha256 in rows}


def test_only_ids_and_addresses_that_people_can_use():
    hosts = {url.split("/")[2] for spec in REGISTRY for url in spec.urls}
    assert hosts == {"github.com"}
    for spec in REGISTRY:
        assert spec.good_at.endswith("."), spec.id
        assert spec.licence_url, spec.id
        assert re.fullmatch(r"[A-Za-z0-9.-]+( (AND|OR|WITH) [A-Za-z0-9.-]+)*", spec.licence)


def test_what_may_not_be_used_commercially_is_marked():
    forbidden = {spec.id for spec in REGISTRY if not spec.commercial_use}
    assert forbidden == {
        *("gfpgan-1.0", "gfpgan-1.2", "gfpgan-1.3", "gfpgan-1.4", "codeformer"),
        *("stylegan2-512", "arcface-resnet18", "ffhq-eye-mouth-landmarks"),
    }
    assert all(spec.commercial_use for spec in REGISTRY if spec.source != "download")


def test_confidence_in_hashes_is_that_of_the_table():
    doubted = {spec.id for spec in REGISTRY if spec.hash_confidence == "B"}
    assert doubted == {"gfpgan-1.0", "ffhq-eye-mouth-landmarks"}
    assert {spec.id for spec in REGISTRY if not spec.size_is_exact} == {"arcface-resnet18"}


@pytest.mark.parametrize(
    "spec", [spec for spec in REGISTRY if spec.source == "bundled"], ids=lambda spec: spec.id
)
def test_bundled_files_are_the_ones_described(spec):
    data = (files("resources") / spec.file).read_bytes()
    assert (len(data), hashlib.sha256(data).hexdigest()) == (spec.size_bytes, spec.sha256)


def test_every_bundled_weights_file_is_described():
    there = {f"models/{item.name}" for item in (files("resources") / "models").iterdir()}
    described = {spec.file for spec in REGISTRY if spec.source == "bundled"}
    assert {name for name in there if name.endswith(".safetensors")} <= described


def test_each_face_and_upscaling_model_states_what_the_engine_needs():
    assert all(spec.crop_size_px in {256, 512} for spec in REGISTRY.for_task("face-restoration"))
    assert all(spec.scale in {2, 4} for spec in REGISTRY.for_task("upscaling"))


def test_lookups():
    spec = REGISTRY.get("gfpgan-1.4")
    assert REGISTRY.by_hash(spec.sha256) is spec
    assert REGISTRY.by_hash("0" * 64) is None
    assert REGISTRY.by_file_name("gfpganV1.4.PTH") is spec
    assert REGISTRY.by_file_name("restoreformer++.ckpt").id == "restoreformer++"
    assert REGISTRY.by_file_name("holiday.jpg") is None
    assert "gfpgan-1.4" in REGISTRY
    assert "gfpgan" not in REGISTRY
    assert load_registry() is REGISTRY


@pytest.mark.parametrize(
    ("asked", "hint"),
    [("GFPGANv1.4", "gfpgan-1.4"), ("codeforme", "codeformer"), ("retinaface", "retinaface-")],
)
def test_an_unknown_id_names_near_ones(asked, hint):
    with pytest.raises(ModelMissingError) as caught:
        REGISTRY.get(asked)
    assert hint in caught.value.remedy
    assert asked in caught.value.summary


def test_an_id_like_nothing_points_at_the_list():
    with pytest.raises(ModelMissingError) as caught:
        REGISTRY.get("zzzz")
    assert "Did you mean" not in caught.value.remedy
    assert "heirloom models list" in caught.value.remedy


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "Net"},
        {"id": "../net"},
        {"id": ""},
        {"id": "user/net"},
        {"sha256": "A" * 64},
        {"sha256": "a" * 63},
        {"size_bytes": 0},
        {"scale": 0},
        {"crop_size_px": -1},
        {"file": "../net.pth"},
        {"file": "/net.pth"},
        {"file": "a\\b.pth"},
        {"file": ""},
        {"urls": ("http://example.org/net.pth",)},
        {"urls": ()},
        {"licence_url": "http://example.org"},
        {"source": "bundled"},
        {"source": "package", "urls": ()},
        {"source": "user", "urls": ()},
        {"package": "net"},
    ],
    ids=str,
)
def test_an_entry_that_breaks_a_rule_is_refused(changes):
    with pytest.raises(ValueError, match=r"\w"):
        make(**changes)


def test_the_entry_that_those_start_from_is_accepted():
    assert make().file_name == "net.pth"


def test_unknown_fields_and_wrong_types_are_refused():
    assert parse_registry(as_toml(FIELDS)).specs == (make(),)
    for spoilt in ({"colour": "red"}, {"size_bytes": "10"}, {"task": "cooking"}, {"id": "NO"}):
        with pytest.raises(msgspec.ValidationError):
            parse_registry(as_toml(FIELDS | spoilt))


def test_ids_and_file_names_are_unique():
    with pytest.raises(ValueError, match="more than one"):
        Registry((make(), make()))
    with pytest.raises(ValueError, match="more than one"):
        Registry((make(), make(id="other")))


def test_reading_the_registry_loads_neither_torch_nor_network_code():
    code = (
        "import sys; from core.models.spec import load_registry; load_registry();"
        "print([name for name in ('torch', 'requests', 'PySide6', 'cv2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
