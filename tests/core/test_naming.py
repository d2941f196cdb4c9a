"""Names of results from a recipe."""

from datetime import date

import pytest

from core.errors import SettingsError
from core.export import ExportSettings
from core.naming import MAX_NAME_BYTES, NameFacts, fitting_name, result_stem, safe_stem

FACTS = NameFacts("aunt", date(1958, 3, 1), "compact-512", 7)


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        ("{name}-restored", "aunt-restored"),
        ("{date} {name}", "1958-03-01 aunt"),
        ("{name}_{model}", "aunt_compact-512"),
        ("{counter} {name}", "007 aunt"),
        ("a/b\\c:{name}?", "a_b_c_aunt_"),
        ("{name}.", "aunt"),
        ("{{{name}}}", "{aunt}"),
        ("con", "_con"),
        ("...", "photo"),
    ],
)
def test_placeholders_are_filled_and_what_disks_forbid_is_replaced(recipe, expected):
    assert result_stem(recipe, FACTS) == expected


def test_what_nobody_knows_has_words_of_its_own():
    assert result_stem("{date} {model}", NameFacts("a")) == "undated no-faces"
    assert result_stem("{model}", NameFacts("a", model="/home/me/mine.safetensors")) == "mine"


@pytest.mark.parametrize("recipe", ["{", "{nmae}", "{name!r}", "{name:>200}", "{}", "", "  "])
def test_a_recipe_that_cannot_be_followed_is_refused_in_words(recipe):
    with pytest.raises(SettingsError) as caught:
        result_stem(recipe, FACTS)
    assert "{counter}" in caught.value.remedy or "Write" in caught.value.remedy


def test_export_settings_check_their_name_and_survive_newer_fields():
    with pytest.raises(SettingsError):
        ExportSettings(name="{year}")
    assert ExportSettings.from_json(b'{"quality": 80, "watermark": true}').quality == 80


def test_a_cut_name_keeps_its_ending_and_whole_characters():
    name = fitting_name("ü" * 300, "-restored.jpg", ".json")
    assert name.endswith("ü-restored.jpg")
    assert MAX_NAME_BYTES - 2 <= len(name.encode()) + len(".json") <= MAX_NAME_BYTES


def test_dots_inside_a_name_stay():
    assert safe_stem("J. F. Smith") == "J. F. Smith"
