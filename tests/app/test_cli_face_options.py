"""The options of `heirloom restore` for outlines and finishing of faces."""

import pytest

from app.cli import main
from app.cli_restore import settings_from
from core.settings import FaceSettings, RestorationSettings


def parsed(monkeypatch, tmp_path, *options):
    """The settings that a command line makes, without any work."""
    found = []
    monkeypatch.setattr(
        "app.cli_restore.settings_from",
        lambda args, recipe: found.append(settings_from(args, recipe)) or _stop(),
    )
    (tmp_path / "a.png").touch()
    main(["restore", str(tmp_path / "a.png"), "-o", str(tmp_path / "out"), *options])
    return found[0]


def _stop():
    raise ValueError("enough is known")


def test_outline_and_finish(monkeypatch, tmp_path):
    settings = parsed(monkeypatch, tmp_path, "--face-mask", "landmarks", "--finish", "sharp")
    assert settings.faces.mask == "landmarks"
    assert settings.faces.finish == "sharp"


def test_defaults(monkeypatch, tmp_path):
    assert parsed(monkeypatch, tmp_path).faces == FaceSettings()


def test_an_unknown_finish_is_refused(monkeypatch, tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["restore", "a.png", "-o", str(tmp_path), "--finish", "gold"])
    assert "--finish" in capsys.readouterr().err


def test_recipes_of_before_still_load():
    old = b'{"faces": {"strength": 0.5, "blend_in": 0.2}}'
    settings = RestorationSettings.from_json(old)
    assert (settings.faces.mask, settings.faces.finish) == ("auto", "auto")
    assert settings.faces.keep_detail == 1.0
