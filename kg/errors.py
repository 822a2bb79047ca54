"""Errors a user can act on: a code, what is wrong, where, and how to fix it."""

from __future__ import annotations

USAGE, INPUT, INTERNAL = 2, 3, 4


class KgError(Exception):
    """A failure with a way out.

    Attributes: ``code`` (for example ``KG-US01``), ``message``, ``place`` (``file:line`` or empty),
    ``fix`` (one sentence), ``exit_code`` (2 wrong usage, 3 refused input or failed store).
    """

    exit_code = INPUT

    def __init__(self, code: str, message: str, *, place: str = "", fix: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.place = place
        self.fix = fix

    @property
    def page(self) -> str:
        """The page of documentation that explains the code."""
        return f"docs/reference/errors.md#{self.code.lower()}"

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        fix = f"\n  fix: {self.fix}" if self.fix else ""
        return f"{self.code} {place}{self.message}{fix}"


class UsageError(KgError):
    """Wrong usage: an unknown query, parameter, party, date or ID."""

    exit_code = USAGE


class InputError(KgError):
    """A file that cannot be read, or is refused."""


class StoreError(KgError):
    """A store that is locked, corrupt, full, or not permitted."""


class Internal(KgError):
    """A failure of the program itself."""

    exit_code = INTERNAL


class EndpointError(KgError):
    """An endpoint that cannot be reached, refuses, fails, or answers with something else."""
