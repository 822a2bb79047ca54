"""Failures of the machine, as errors a user can act on: a full disk, a missing permission, a damaged database."""

from __future__ import annotations

import errno

from kg.errors import InputError, KgError, StoreError

_FULL = (errno.ENOSPC, errno.EDQUOT)


def explained(error: Exception) -> KgError | None:
    """The error in words, or None where the program itself is at fault."""
    if str(error).startswith("Corruption"):  # the engine notices some damage only when it reads the damaged part
        return StoreError("KG-ST03", f"the store is damaged: {error}", fix="run 'kg build --force', or remove the folder and run 'kg build'")
    if not isinstance(error, OSError) or error.errno is None:
        return None
    why = "no space left on the disk" if error.errno in _FULL else error.strerror
    if error.filename is None:
        return KgError("KG-OU04", f"the answer cannot be written: {why}", fix="free some space, or send the output elsewhere")
    return InputError("KG-IN20", f"cannot be read or written: {why}", place=str(error.filename), fix="check the permissions and the free space")
