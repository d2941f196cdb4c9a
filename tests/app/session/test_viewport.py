import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.session.viewport import FIT_MARGIN_PX, MAX_SCALE, Viewport
from core.geometry import Size


def view(scene=(1000, 500), screen=(400, 400)) -> Viewport:
    return Viewport(Size(*scene), Size(*screen)).fitted()


def test_fit_shows_all_of_it_in_the_middle():
    fitted = view()
    assert fitted.box.left == pytest.approx(FIT_MARGIN_PX)
    assert fitted.box.right == pytest.approx(400 - FIT_MARGIN_PX)
    assert fitted.box.centre == pytest.approx((200, 200))
    assert not fitted.can_pan


def test_zoom_keeps_the_point_under_the_pointer():
    zoomed = view().zoomed(1.0, 150, 190)
    before = view().to_scene(150, 190)
    assert zoomed.to_scene(150, 190) == pytest.approx(before)
    assert zoomed.can_pan


def test_panning_stops_at_the_edges():
    zoomed = view().zoomed(2.0, 200, 200)
    far = zoomed.panned(10_000, 10_000)
    assert (far.box.left, far.box.top) == (0, 0)
    far = zoomed.panned(-10_000, -10_000)
    assert far.box.right == pytest.approx(400)
    assert far.box.bottom == pytest.approx(400)


def test_a_fitted_view_follows_the_window_and_a_zoomed_one_keeps_its_middle():
    assert view().resized(Size(800, 800)) == view(screen=(800, 800))
    zoomed = view().zoomed(2.0, 200, 200)
    bigger = zoomed.resized(Size(600, 420))
    assert bigger.scale == 2.0
    assert bigger.to_scene(300, 210) == pytest.approx(zoomed.to_scene(200, 200))


@given(
    st.floats(0.001, 1000),
    st.floats(-50, 500),
    st.floats(-50, 500),
    st.floats(-5000, 5000),
    st.floats(-5000, 5000),
)
def test_no_move_leaves_a_gap_or_the_allowed_scales(scale, x, y, dx, dy):
    moved = view().zoomed(scale, x, y).panned(dx, dy)
    assert moved.min_scale <= moved.scale <= MAX_SCALE
    box, screen = moved.box, moved.screen
    if box.width > screen.width:
        assert box.left <= 1e-6
        assert box.right >= screen.width - 1e-6
    else:
        assert box.centre[0] == pytest.approx(screen.width / 2)


def test_one_pixel_photos_and_one_pixel_windows_do_no_harm():
    tiny = view(scene=(1, 1), screen=(1, 1))
    assert tiny.scale > 0
    assert tiny.zoomed(8, 0, 0).scale == 8
