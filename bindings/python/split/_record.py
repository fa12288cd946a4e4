# SPDX-License-Identifier: MIT
"""Records: the numbers and texts that cross to the C side."""

from __future__ import annotations

import math
from typing import Any, Callable, List, Optional, Union

from . import _core
from ._errors import make, make_type_error

Text = Union[str, bytes, bytearray, memoryview]


def encode(text: Any) -> bytes:
    """UTF-8 of a text, or the bytes themselves."""
    if isinstance(text, str):
        try:
            return text.encode("utf-8")
        except UnicodeEncodeError:
            raise make(_core.SPLIT_ERR_TEXT) from None
    if isinstance(text, (bytes, bytearray, memoryview)):
        return bytes(text)
    raise make_type_error(_core.SPLIT_ERR_ARG)


def halves(value: Any) -> "tuple[int, int]":
    """A 64-bit number as its two halves."""
    if not isinstance(value, int) or not 0 <= value < 1 << 64:
        raise make(_core.SPLIT_ERR_ARG) if isinstance(value, int) else make_type_error(_core.SPLIT_ERR_ARG)
    return value >> 32, value & 0xFFFFFFFF


def us(value: "Optional[float]") -> float:
    """Microseconds for a record; None is never."""
    return math.inf if value is None else value


def never_none(value: float) -> "Optional[int]":
    """Microseconds of a record; never is None."""
    return None if value == math.inf else int(value)


def seconds_us(value: "Optional[float]") -> float:
    """Seconds to microseconds for a record; None is never."""
    return math.inf if value is None else round(value * 1_000_000)


def names_of(name: "Callable[[int], Optional[str]]") -> "tuple[str, ...]":
    """The words of an enum, in order."""
    out: List[str] = []
    while True:
        word = name(len(out))
        if not word or word == "?" or word in out:
            return tuple(out)
        out.append(word)


class Record:
    """Collects the numbers and texts of one call."""

    __slots__ = ("numbers", "texts")

    def __init__(self, *numbers: Any) -> None:
        self.numbers: List[Any] = list(numbers)
        self.texts: List[bytes] = []

    def put(self, *numbers: Any) -> "Record":
        self.numbers.extend(numbers)
        return self

    def text(self, text: Any) -> "Record":
        coded = encode(text)
        self.numbers.append(len(coded))
        self.texts.append(coded)
        return self

    def bytes(self) -> bytes:
        return b"".join(self.texts)


class Reading:
    """Reads a record that a call handed out, front to back."""

    __slots__ = ("record", "at")

    def __init__(self, record: "tuple[Any, ...]") -> None:
        self.record = record
        self.at = 0

    def one(self) -> Any:
        self.at += 1
        return self.record[self.at - 1]

    def many(self, n: int) -> "tuple[Any, ...]":
        self.at += n
        return self.record[self.at - n : self.at]

    def u64(self) -> int:
        high, low = self.many(2)
        return int(high) << 32 | int(low)
