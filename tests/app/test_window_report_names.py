"""A report of the real window on a photo with a Bengali name: the sheet shows the name."""

from __future__ import annotations

import numpy as np
import pytest
from app_fakes import save_png
from PIL import Image
from PySide6.QtGui import QFontDatabase


def test_the_contact_sheet_is_captioned_with_the_name(qtbot, window, tmp_path):
    if not QFontDatabase.families(QFontDatabase.WritingSystem.Bengali):
        pytest.skip("no font of this computer has these letters")
    photo = save_png(tmp_path / "দাদীর ছবি.png", np.full((60, 80, 3), 120, np.uint8))
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([photo])
    qtbot.waitUntil(lambda: not window.work.is_busy)
    shown = []
    window.manners.reports.show_page = shown.append
    window.commands.report.trigger()
    qtbot.waitUntil(lambda: bool(shown), timeout=60_000)
    sheet = np.asarray(Image.open(shown[0].with_suffix(".png")).convert("L"))
    caption = sheet[-92:-40, 60:]  # behind the number
    columns = np.flatnonzero((caption < 128).any(axis=0))
    assert columns.size > 60  # letters, not only the facts at the right
    assert columns[0] < 40
    qtbot.waitUntil(lambda: not window.work.is_busy)
    window.work.document.discard()
