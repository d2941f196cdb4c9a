import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SettingsError
from core.settings import (
    COLOUR_PRESETS,
    BackgroundSettings,
    ColourSettings,
    FaceChoice,
    FaceSettings,
    RestorationSettings,
)
from core.settings_base import field_meta


@given(st.floats(0, 1), st.sampled_from([1, 2, 4]), st.integers(0, 2**31), st.booleans())
def test_json_round_trip_is_exact(strength, scale, seed, aligned):
    settings = RestorationSettings(
        faces=FaceSettings(
            strength=strength, aligned=aligned, choices=(FaceChoice(index=2, enabled=False),)
        ),
        background=BackgroundSettings(scale=scale),
        seed=seed,
    )
    assert RestorationSettings.from_json(settings.to_json()) == settings
    assert RestorationSettings.from_builtins(settings.to_builtins()) == settings


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"nope", "malformed"),
        (b"\xff\xfe", ""),
        (b'{"faces": {"strength": 1.5}}', "strength"),
        (b'{"faces": {"strength": "much"}}', "strength"),
        (b'{"background": {"scale": 3}}', "scale"),
        (b'{"shiny": true}', "shiny"),
        (b'{"faces": {"choices": [{"index": 0, "strength": 2}]}}', "strength"),
    ],
)
def test_bad_json_is_refused_in_words(data, word):
    with pytest.raises(SettingsError) as caught:
        RestorationSettings.from_json(data)
    assert word in caught.value.summary
    assert caught.value.remedy


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf")])
def test_values_out_of_range_cannot_be_made(value):
    with pytest.raises(ValueError, match="strength"):
        FaceSettings(strength=value)
    with pytest.raises(ValueError, match="strength"):
        FaceSettings().replace(strength=value)


def test_settings_cannot_be_changed_in_place():
    with pytest.raises(AttributeError):
        FaceSettings().strength = 0.5  # type: ignore[misc]


def test_every_colour_control_is_neutral_by_default_and_explains_itself():
    settings = ColourSettings()
    assert settings.is_neutral
    for name, meta in field_meta(ColourSettings).items():
        assert meta.title, name
        assert meta.description, name
        assert getattr(settings, name) == (meta.extra or {})["neutral"], name


def test_only_the_none_preset_is_neutral():
    assert {name for name, preset in COLOUR_PRESETS.items() if preset.is_neutral} == {"none"}


def test_a_face_without_a_choice_is_on():
    faces = FaceSettings(choices=(FaceChoice(index=1, enabled=False, strength=0.3),))
    assert faces.choice_for(0).enabled
    assert faces.choice_for(0).strength is None
    assert not faces.choice_for(1).enabled
