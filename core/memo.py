"""Answers that are kept by what was asked, so that the same question is not worked out again.

For functions whose answer follows from the bytes of an array alone: where only a part of a photo
has changed, all other parts get the very answer that they would get anew.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from threading import Lock
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

Answer = TypeVar("Answer")

_DIGEST_BYTES = 16


class Memo(Generic[Answer]):
    """The latest answers; threads may share them.

    Args:
        most: How many are kept; those that were not asked for longest go first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: dict[tuple[str, tuple[int, ...], bytes], Answer] = {}
        self._guard = Lock()

    def answer(
        self, name: str, asked: npt.NDArray[np.uint8], work_out: Callable[[], Answer]
    ) -> Answer:
        """What was worked out for an equal array, or what is worked out now.

        Args:
            name: Of the function; answers of other functions do not count.
            asked: What the answer follows from; contiguous. Compared by a hash of 128 bits.
            work_out: Gives the answer.
        """
        key = name, asked.shape, blake2b(asked.data, digest_size=_DIGEST_BYTES).digest()
        with self._guard:
            known = self._answers.get(key)
        if known is None:
            known = work_out()
        with self._guard:
            self._answers.pop(key, None)
            self._answers[key] = known  # as the latest one
            while len(self._answers) > self._most:
                del self._answers[next(iter(self._answers))]
        return known

    def __len__(self) -> int:
        return len(self._answers)
