"""A body that is made while it is sent: a thread writes the next chunks as the store takes those before."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator

_AHEAD = 4  # chunks made before they are asked for


class Stream:
    """Chunks of bytes from an iterable that is run in a thread of its own; to iterate over, or to ``read`` as a file.

    What the iterable raises is raised to the reader. ``close`` stops the iterable where it is.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks: queue.Queue[bytes | BaseException | None] = queue.Queue(_AHEAD)
        self._rest = b""
        self._at = 0  # how much of the rest was read
        self._ended = self._closed = False
        self._thread = threading.Thread(target=self._make, args=(chunks,), daemon=True)
        self._thread.start()

    def _make(self, chunks: Iterable[bytes]) -> None:
        try:
            for chunk in chunks:
                self._chunks.put(chunk)
                if self._closed:
                    break
        except BaseException as error:
            self._chunks.put(error)
        else:
            self._chunks.put(None)

    def __iter__(self) -> Iterator[bytes]:
        while not self._ended:
            chunk = self._chunks.get()
            if chunk is None or isinstance(chunk, BaseException):
                self._ended = True
                if chunk is not None:
                    raise chunk
            elif chunk:
                yield chunk

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes; none at the end."""
        if size < 0:
            return self._rest[self._at :] + b"".join(self)
        if self._at >= len(self._rest):
            self._rest, self._at = next(iter(self), b""), 0
        part = self._rest[self._at : self._at + size]
        self._at += len(part)
        return part

    def close(self) -> None:
        """Take what is made already, so that the thread ends. Raises what the iterable raised."""
        self._closed = True
        for _ in self:
            pass
        self._thread.join()
