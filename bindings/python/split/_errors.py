# SPDX-License-Identifier: MIT
"""Exceptions, one class for each category of error codes."""

from __future__ import annotations

from typing import List, Optional, Sequence, Type

from . import _core


class Fault:
    """One fault of a document: its code, JSON path, position, and a sentence with the cure."""

    __slots__ = ("code", "name", "path", "line", "column", "pos", "text")

    def __init__(self, code: int, path: str, line: int, column: int, pos: int, text: str) -> None:
        self.code = code
        self.name = _core.split_errname(code)
        self.path = path
        self.line = line
        self.column = column
        self.pos = pos
        self.text = text

    def __repr__(self) -> str:
        return f"{self.name} at {self.path} ({self.line}:{self.column}): {self.text}"


class SplitError(Exception):
    """Base of every error. `code` is the library's number, `name` its name, `faults` what a document got wrong."""

    def __init__(self, code: int, faults: Optional[Sequence[Fault]] = None) -> None:
        self.code = code
        self.name = _core.split_errname(code)
        self.faults: List[Fault] = list(faults or ())
        detail = f" ({self.faults[0].path}: {self.faults[0].text})" if self.faults else ""
        super().__init__(f"{self.name}: {_core.split_strerror(code)}{detail}")

    def __reduce__(self) -> "tuple[type[SplitError], tuple[int]]":
        return type(self), (self.code,)


class UsageError(SplitError, ValueError):
    """1xx: the caller's mistake."""


class ArgumentTypeError(UsageError, TypeError):
    """1xx: an argument of a type that cannot be meant."""


class DataError(SplitError, ValueError):
    """2xx: input data that breaks a rule."""


class ResourceError(SplitError):
    """3xx: memory or space ran out."""


class OutsideError(SplitError, OSError):
    """4xx: a file, a peer, another writer."""


class BugError(SplitError):
    """9xx: a bug in the library."""


_CLASSES: "dict[int, Type[SplitError]]" = {
    _core.SPLIT_CATEGORY_USAGE: UsageError,
    _core.SPLIT_CATEGORY_DATA: DataError,
    _core.SPLIT_CATEGORY_RESOURCE: ResourceError,
    _core.SPLIT_CATEGORY_OUTSIDE: OutsideError,
}


def make(code: int, faults: Optional[Sequence[Fault]] = None) -> SplitError:
    """The exception of a code."""
    return _CLASSES.get(_core.split_errcategory(code), BugError)(code, faults)


def make_type_error(code: int) -> SplitError:
    """The exception of a code when the type was wrong."""
    return ArgumentTypeError(code)
