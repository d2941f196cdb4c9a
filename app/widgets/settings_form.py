"""Forms built from the metadata of the settings, so that nothing is said twice."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.core_text import core_text
from app.widgets.folder_row import FolderRow
from app.widgets.rows import CheckRow, ListRow, NumberRow, Row, SliderRow
from core.settings_base import field_meta

ListOptions = Sequence[tuple[Any, str, str]]


class SettingsForm(QWidget):
    """Rows for the fields of one settings class.

    Args:
        cls: The settings class: any struct whose fields carry metadata.
        defaults: What a double click on a slider brings back.
        fields: The fields to show, in this order; all that have a title by default.
        options: Values, titles and tooltips of the fields that are chosen from a list.

    Signals:
        edited: (field name, new value, title of the field)
        finished: The user let go of a control.
    """

    edited = Signal(str, object, str)
    finished = Signal()

    def __init__(
        self,
        cls: type[msgspec.Struct],
        defaults: msgspec.Struct,
        fields: Sequence[str] | None = None,
        options: dict[str, ListOptions] | None = None,
    ) -> None:
        super().__init__()
        self._rows: dict[str, Row] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        metas = field_meta(cls)
        hints = get_type_hints(cls, include_extras=True)
        names = fields or [
            name for name, meta in metas.items() if meta.title and _has_row(hints[name])
        ]
        for name in names:
            row = _row(hints[name], metas[name], getattr(defaults, name), (options or {}).get(name))
            title = core_text(metas[name].title or name)
            row.edited.connect(partial(self._on_edited, name, title))
            row.finished.connect(self.finished)
            self._rows[name] = row
            layout.addWidget(row)
        self.show_settings(defaults)

    def row(self, name: str) -> Row:
        """The row of one field."""
        return self._rows[name]

    def show_settings(self, settings: msgspec.Struct) -> None:
        """Show values without emitting anything."""
        for name, row in self._rows.items():
            row.show_value(getattr(settings, name))

    def set_options(self, name: str, options: ListOptions) -> None:
        """Offer other values in a list."""
        row = self._rows[name]
        if isinstance(row, ListRow):
            row.set_options(options)

    def _on_edited(self, name: str, title: str, value: object) -> None:
        self.edited.emit(name, value, title)


def _kind(hint: Any) -> Any:
    """The type of a field without its metadata."""
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _has_row(hint: Any) -> bool:
    """True where there is a control for fields of this type; others are chosen on the photo."""
    kind = _kind(hint)
    return kind in (bool, int, float, str) or get_origin(kind) is Literal


def _row(hint: Any, meta: msgspec.Meta, default: Any, options: ListOptions | None) -> Row:
    """The control that fits a field's type and range."""
    title, description = core_text(meta.title or ""), core_text(meta.description or "")
    kind, extra = _kind(hint), meta.extra or {}
    if kind is bool:
        return CheckRow(title, description)
    if kind is float:
        return SliderRow(
            title,
            description,
            low=float(meta.ge or 0.0),
            high=float(1.0 if meta.le is None else meta.le),
            neutral=float(extra.get("neutral", meta.ge or 0.0)),
            default=default,
        )
    if kind is int:
        low, high = int(meta.ge or 0), int(meta.le or 1_000_000)
        suffix, zero = str(extra.get("unit", " px")), core_text(str(extra.get("zero", "")))
        return NumberRow(title, description, low=low, high=high, suffix=suffix, zero=zero)
    if extra.get("kind") == "folder":
        return FolderRow(title, description, core_text(str(extra.get("empty", ""))))
    row = ListRow(title, description)
    if options is None and get_origin(kind) is Literal:
        options = [(value, core_text(str(value)), "") for value in get_args(kind)]
    row.set_options(options or [])
    return row
