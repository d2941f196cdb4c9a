"""Which faces are kept to measure with."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

from training.records import Split

_ENOUGH_HELD_OUT = 8


def hold_some_out(faces: Sequence[dict[str, Any]]) -> None:
    """Make sure that both halves have enough faces, without ever splitting a person or a photo.

    The split by name is kept as far as it goes. Where it holds too few faces out to say anything
    about the result (an eighth of a small collection, eight of a large one), or more than a third,
    persons or photos change sides in an order that depends on their names alone.
    """
    by_group: dict[str, list[dict[str, Any]]] = {}
    for face in faces:
        by_group.setdefault(face["person"] or face["photo"], []).append(face)
    if len(by_group) < 2:
        for face in faces:
            face["split"] = "train"
        return
    fewest = min(_ENOUGH_HELD_OUT, max(1, round(len(faces) / 8)))
    most = max(fewest, len(faces) // 3)
    order = sorted(by_group, key=lambda name: (zlib.crc32(name.encode()), name))
    held_out = sum(face["split"] == "val" for face in faces)
    for name in order:
        members = by_group[name]
        side: Split = "val" if held_out < fewest else "train"
        grows = held_out < fewest and held_out + len(members) <= most
        shrinks = held_out > most and held_out - len(members) >= fewest
        if members[0]["split"] != side and (grows or shrinks):
            held_out += len(members) if side == "val" else -len(members)
            for face in members:
                face["split"] = side
    _never_one_sided(by_group, order)


def _never_one_sided(by_group: dict[str, list[dict[str, Any]]], order: Sequence[str]) -> None:
    """Where groups are so large that counting did not help: the smallest one changes sides."""
    sides = {face["split"] for members in by_group.values() for face in members}
    if len(sides) == 1:
        smallest = min(order, key=lambda name: len(by_group[name]))
        moved: Split = "val" if sides == {"train"} else "train"
        for face in by_group[smallest]:
            face["split"] = moved
