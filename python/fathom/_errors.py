"""What can go wrong, as exceptions."""

from __future__ import annotations

import re

_OPTION = re.compile(r"--([a-z][a-z-]*)")
_KEYWORDS = {"estimator": "estimators", "seed": "random_state", "threads": "n_jobs"}


def in_python(text: str) -> str:
    """The names of the program's options as those of keywords."""

    def keyword(match: re.Match[str]) -> str:
        name = match[1].replace("-", "_")
        return _KEYWORDS.get(name, name)

    if text == "k":
        return "n_neighbors"
    return re.sub(r"(?<![\w-])-k\b", "n_neighbors", _OPTION.sub(keyword, text))


class FathomError(Exception):
    """Every error of Fathom but :class:`KeyboardInterrupt` and :class:`MemoryError`."""


class InputError(FathomError, ValueError):
    """What was given cannot be used.

    The text is "WHERE: REASON; REMEDY".

    Attributes
    ----------
    where, reason, remedy : str
        The argument or file, what is wrong with it, what to do.
    rejected : list of (str, str)
        Every image that could not be used with its reason, where images were refused.
    """

    def __init__(self, where: str, reason: str, remedy: str = "", rejected: list[tuple[str, str]] | None = None):
        self.where = in_python(where)
        self.reason = in_python(reason)
        self.remedy = in_python(remedy)
        self.rejected = list(rejected or [])
        super().__init__(self.where, self.reason, self.remedy, self.rejected)

    def __str__(self) -> str:
        text = f"{self.where}: {self.reason}" + (f"; {self.remedy}" if self.remedy else "")
        if self.rejected:
            text += "".join(f"\n  {path}: {reason}" for path, reason in self.rejected[:20])
            if len(self.rejected) > 20:
                text += f"\n  and {len(self.rejected) - 20} more (attribute rejected)"
        return text


class UsageError(InputError):
    """An argument that is wrong in itself or together with others."""


class ElementTypeError(InputError, TypeError):
    """Elements that are no numbers."""


class InternalError(FathomError, RuntimeError):
    """A fault of Fathom, never of what was given: please report it."""


class ConversionWarning(UserWarning):
    """An array was copied to another type or order before it could be used."""
