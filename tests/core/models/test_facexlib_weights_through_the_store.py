"""facexlib's weights come through Heirloom's store, and facexlib's networks get them from there."""

import hashlib
import io
import warnings

import msgspec
import numpy as np
import pytest
import torch
from model_server import ModelServer

from core.api import Engine
from core.models.spec import Registry, load_registry
from core.models.store import ModelStore
from core.nets.fast_init import NoRandomInit
from core.progress import no_progress


def published_file(net, prefix=""):
    """A file as facexlib publishes it, of weights that mean nothing."""
    tensors = {prefix + k: torch.full_like(v, 0.01) for k, v in net.state_dict().items()}
    buffer = io.BytesIO()
    torch.save(tensors, buffer)
    return buffer.getvalue()


def retinaface():
    from facexlib.detection.retinaface import RetinaFace

    with NoRandomInit(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return RetinaFace(network_name="mobile0.25", device=torch.device("cpu"))


def bisenet():
    from facexlib.parsing.bisenet import BiSeNet

    with NoRandomInit():
        return BiSeNet(num_class=19)


def engine_that_knows(model_id, content, root):
    """An engine whose registry has that file's hash and size for the model."""
    specs = [
        msgspec.structs.replace(
            spec, sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content)
        )
        if spec.id == model_id
        else spec
        for spec in load_registry()
    ]
    engine = Engine(models_dir=root)
    engine.store = ModelStore(root, Registry(tuple(specs)))
    return engine


@pytest.fixture(autouse=True)
def _no_other_way(monkeypatch, no_proxy):
    def refuse(*_args, **_kwargs):
        raise AssertionError("facexlib downloads")

    monkeypatch.setattr("torch.hub.download_url_to_file", refuse)
    monkeypatch.setattr("torch.hub.load_state_dict_from_url", refuse)


def test_an_installed_face_finder_is_the_one_that_is_used(tmp_path):
    content = published_file(retinaface(), "module.")
    engine = engine_that_knows("retinaface-mobilenet", content, tmp_path / "models")
    assert engine.detector().info.model == "mtcnn"
    with ModelServer(content=content) as server:
        engine.store.install("retinaface-mobilenet", mirror=server.url)
    detector = engine.detector()
    assert detector.info.model == "retinaface-mobilenet"
    assert detector.info.sha256 == hashlib.sha256(content).hexdigest()
    pixels = np.random.default_rng(0).integers(0, 255, (64, 96, 3), np.uint8)
    detector.detect(pixels, min_size_px=20, min_score=0.99, progress=no_progress())


def test_an_imported_outline_network_is_the_one_that_is_used(tmp_path):
    content = published_file(bisenet())
    engine = engine_that_knows("bisenet", content, tmp_path / "models")
    assert engine.parser() is None
    file = tmp_path / "some download (3).bin"
    file.write_bytes(content)
    assert engine.store.import_file(file, no_progress()).id == "bisenet"
    parser = engine.parser()
    assert parser.info.model == "bisenet"
    assert parser.info.sha256 == hashlib.sha256(content).hexdigest()
