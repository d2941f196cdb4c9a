import pytest

from app.session.simple import amount_of_colour, colour_for_amount, is_on_path
from core.settings import COLOUR_PRESETS


@pytest.mark.parametrize(("amount", "preset"), [(0.0, "none"), (0.5, "auto"), (1.0, "strong")])
def test_the_stops_of_the_slider_are_the_presets(amount, preset):
    assert colour_for_amount(amount) == COLOUR_PRESETS[preset]
    assert amount_of_colour(COLOUR_PRESETS[preset]) == amount


def test_each_position_is_found_again():
    for step in range(101):
        settings = colour_for_amount(step / 100)
        assert amount_of_colour(settings) == pytest.approx(step / 100)
        assert is_on_path(settings)


def test_settings_beside_the_path_get_the_nearest_position():
    odd = COLOUR_PRESETS["auto"].replace(saturation=-1.0)
    assert not is_on_path(odd)
    assert 0.0 <= amount_of_colour(odd) <= 1.0
