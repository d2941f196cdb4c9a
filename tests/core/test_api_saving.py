import numpy as np
import pytest

from core.api import save_photo
from core.errors import OutputError
from core.image import Photo
from core.imageio import WriteOptions, read_info
from core.interfaces import EngineInfo
from core.pipeline import Restoration
from core.recipe import load
from core.settings import RestorationSettings

PIXELS = np.full((6, 8, 3), 70, dtype=np.uint8)


def result(*engines: EngineInfo) -> Restoration:
    photo = Photo(PIXELS)
    return Restoration(photo, photo.with_pixels(PIXELS + 1), engines=engines)


def test_photo_and_recipe_are_saved_side_by_side(tmp_path):
    settings = RestorationSettings(seed=4)
    saved = save_photo(result(), settings, tmp_path / "new" / "a.png")
    assert saved.path == tmp_path / "new" / "a.png"
    assert load(saved.recipe).settings == settings


def test_a_recipe_that_cannot_be_written_never_costs_the_photo(tmp_path):
    (tmp_path / "a.png.heirloom.json").mkdir()
    saved = save_photo(result(), RestorationSettings(), tmp_path / "a.png")
    assert saved.path.is_file()
    assert saved.recipe is None
    assert "recipe" in saved.notes[-1]


def test_nothing_is_replaced_unless_asked(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"mine")
    with pytest.raises(OutputError):
        save_photo(result(), RestorationSettings(), path)
    assert path.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == [path]
    save_photo(result(), RestorationSettings(), path, WriteOptions(overwrite=True))
    assert path.read_bytes() != b"mine"


def test_only_what_a_trained_model_changed_is_marked_so(tmp_path):
    plain = save_photo(result(), RestorationSettings(), tmp_path / "plain.png")
    assert not read_info(plain.path).digital_source_type
    model = EngineInfo("upscaling", "x4")
    marked = save_photo(result(model), RestorationSettings(), tmp_path / "marked.png")
    assert "trainedAlgorithmicMedia".lower() in read_info(marked.path).digital_source_type.lower()
