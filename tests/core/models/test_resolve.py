import pytest

from core.errors import ModelMissingError
from core.models.resolve import resolve
from core.models.spec import load_registry
from core.models.store import ModelStore


@pytest.fixture
def store(tmp_path):
    return ModelStore(tmp_path / "models", load_registry())


def test_an_id_leads_to_its_verified_file(store):
    model = resolve(store, "compact-256", "face-restoration")
    assert model.path.name == "compact-256.safetensors"
    assert model.architecture == "gfpgan-clean"


def test_an_alias_leads_to_the_model_behind_it(store):
    assert resolve(store, "sharp", "upscaling").id == "realesrgan-x4plus-embedded"


def test_a_path_is_a_users_own_file(store, tmp_path):
    path = tmp_path / "mine.safetensors"
    path.write_bytes(b"weights")
    model = resolve(store, str(path), "face-restoration")
    assert (model.id, model.path, model.licence) == ("mine.safetensors", path, "")
    assert len(model.sha256) == 64


def test_a_stray_file_never_takes_the_place_of_an_id(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compact-256").write_bytes(b"stray")
    assert resolve(store, "compact-256", "face-restoration").licence


@pytest.mark.parametrize(
    ("name", "task", "words"),
    [
        ("gone.safetensors", "face-restoration", "no model file"),
        ("mtcnn", "face-restoration", "not a face model"),
        ("compact-25", "face-restoration", "compact-25"),
        ("gfpgan-1.4", "face-restoration", "not installed"),
    ],
)
def test_what_cannot_be_used_is_explained(store, name, task, words):
    with pytest.raises(ModelMissingError) as caught:
        resolve(store, name, task)
    assert words in str(caught.value)
    assert caught.value.remedy
