"""Arrow 6, store: generations of an embedded Oxigraph store, swapped in by one pointer file.

Layout of a store folder: ``current`` (the name of a generation), ``generations/NAME/`` (``db/``, ``manifest.json``,
``graphs.json``, ``graphs.nt.gz``, ``catalog.json``, ``names.json``), ``lock``. A generation is complete before ``current`` names it, so a build that is killed
leaves the previous one whole.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from operator import methodcaller
from pathlib import Path

import pyoxigraph as ox

from kg.errors import StoreError

TYPE_CHECKING = False  # as in typing, without loading it
if TYPE_CHECKING:
    from typing import Any

FORMAT = 4  # layout of a generation; a store of another format is rebuilt
_POINTER = "current"
_TEXTS = "graphs.nt.gz"
_SCRATCH = ".rules"


def default_store() -> Path:
    """``KG_STORE``, else the user's data folder."""
    named = os.environ.get("KG_STORE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_DATA_HOME")
    try:
        return (Path(base) if base else Path.home() / ".local" / "share") / "servanda" / "store"
    except RuntimeError:
        raise StoreError("KG-ST12", "this user has no home folder to keep the store in", fix="name a folder with --store DIR or KG_STORE") from None


def current_generation(store: Path) -> Path | None:
    """The folder of the generation in use, or None where none was built.

    Raises StoreError where the pointer names a generation that is not there.
    """
    try:
        name = (store / _POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise StoreError("KG-ST01", "the store's pointer file is corrupt", place=str(store), fix=_REBUILD) from None
    except OSError as error:
        raise _os_error(error, store) from None
    folder = store / "generations" / name
    try:
        there = bool(name) and "/" not in name and (folder / "manifest.json").is_file()
    except OSError as error:
        raise _os_error(error, store) from None
    if not there:
        raise StoreError("KG-ST01", "the store's pointer names a generation that is not there", place=str(store), fix=_REBUILD)
    return folder


_REBUILD = "run 'kg build --force', or remove the folder and run 'kg build'"


class _TwoFiles(dict["str", "Any"]):
    """A JSON object whose rarer keys are in a second file, read only when one of them is looked up."""

    def __init__(self, often: Path, seldom: Path) -> None:
        super().__init__(_read_json(often))
        self._seldom = seldom
        self._read = False

    def __missing__(self, key: str) -> Any:
        if self._read:
            raise StoreError("KG-ST02", f"{self._seldom.name} of the store is corrupt: no {key}", place=str(self._seldom), fix=_REBUILD)
        self.update(_read_json(self._seldom))
        self._read = True
        return self[key]


def read_manifest(generation: Path) -> dict[str, Any]:
    """The manifest of a generation (``graphs``, the count of each, and ``texts`` on demand). Raises StoreError if it is corrupt."""
    return _TwoFiles(generation / "manifest.json", generation / "graphs.json")


def read_catalog(generation: Path) -> dict[str, Any]:
    """The queries of a generation, and on demand the names of its parties, agreements, behaviors and sources. Raises StoreError if corrupt."""
    return _TwoFiles(generation / "catalog.json", generation / "names.json")


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise _unreadable(error, path) from None
    except ValueError:
        raise _corrupt(path) from None
    if not isinstance(value, dict):
        raise _corrupt(path)
    return value


def _unreadable(error: OSError, path: Path) -> StoreError:
    """What to say of a file of a generation that cannot be read."""
    if isinstance(error, PermissionError):
        return _os_error(error, path)
    if not path.parent.exists():
        return StoreError("KG-ST08", "the store was built anew while it was read", place=str(path.parent), fix="run the command again")
    return _corrupt(path)


def _corrupt(path: Path) -> StoreError:
    return StoreError("KG-ST02", f"{path.name} of the store is corrupt", place=str(path), fix=_REBUILD)


def open_generation(generation: Path) -> ox.Store:
    """Open a generation for reading. Raises StoreError if it cannot be opened."""
    try:
        return ox.Store.read_only(str(generation / "db"))
    except Exception as error:  # the engine raises errors of several kinds for a damaged database
        if "Permission denied" in str(error):
            raise _os_error(OSError(str(error)), generation) from None
        raise StoreError("KG-ST03", f"the store cannot be opened: {error}", place=str(generation), fix=_REBUILD) from None


@contextmanager
def writing(store: Path) -> Iterator[None]:
    """Hold the store's lock while writing. Raises StoreError if another process holds it or the folder cannot be written."""
    import fcntl

    try:
        (store / "generations").mkdir(parents=True, exist_ok=True)
        handle = open(store / "lock", "a+", encoding="utf-8")
    except OSError as error:
        raise _os_error(error, store) from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StoreError(
                "KG-ST04", "another process is writing to this store", place=str(store), fix="wait until it has finished, or use --store DIR"
            ) from None
        yield


@contextmanager
def scratch(store: Path) -> Iterator[Path]:
    """A folder for a database that lasts as long as a build: not there at first, gone afterwards. Call inside ``writing``."""
    folder = store / _SCRATCH
    try:
        if folder.exists():  # a killed build left it
            _remove(folder)
        yield folder
    finally:
        if folder.exists():
            _remove(folder)


@contextmanager
def store_errors(place: Path) -> Iterator[None]:
    """Say of what does not fit, or may not be written, that it is the store's: raises StoreError for OSError."""
    try:
        yield
    except OSError as error:
        raise _os_error(error, place) from None


def write_generation(
    store: Path, name: str, record: bytes | ox.Store, manifest: dict[str, Any], catalog: dict[str, Any], before_swap: Callable[[], None] | None = None
) -> Path:
    """Write a generation beside the old one, then swap it in. Call inside ``writing``.

    ``record`` is a store, or N-Quads; ``before_swap`` is called when the new one is complete. Raises StoreError where the disk is full or may not be written; the old generation stays.
    """
    aside = store / "generations" / f".{name}.{os.getpid()}"
    try:
        while (store / "generations" / name).exists():  # forced, with the same inputs: the one in use stays until it is replaced
            name += "x"
        target = store / "generations" / name
        _clear_leftovers(store)
        _fill(aside, record, manifest, catalog)
        os.replace(aside, target)
        if before_swap is not None:
            before_swap()
        _point(store, name)
    except OSError as error:
        _remove(aside)
        raise _os_error(error, store) from None
    _remove_old(store, name)
    return target


def _fill(folder: Path, record: bytes | ox.Store, manifest: dict[str, Any], catalog: dict[str, Any]) -> None:
    folder.mkdir(parents=True)
    database = ox.Store(str(folder / "db"))
    if isinstance(record, bytes):
        database.bulk_load(input=record, format=ox.RdfFormat.N_QUADS)
    else:
        database.bulk_extend(record)
    database.optimize()
    database.flush()
    del database
    graphs = {"graphs": manifest["graphs"], "texts": _write_texts(folder / _TEXTS, record)}
    names = {key: value for key, value in catalog.items() if key != "queries"}
    often = {key: value for key, value in manifest.items() if key not in graphs}
    files = {"catalog": {"queries": catalog["queries"]}, "names": names, "graphs": graphs, "manifest": often}
    for name, value in files.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
        _sync(path)
    _sync(folder)


def _write_texts(path: Path, record: bytes | ox.Store) -> dict[str, list[int]]:
    """Every named graph as N-Triples, a member of one gzip file each: graph -> [first byte, bytes].

    To read a graph back out of the database takes as long as to send it to another store.
    """
    import gzip

    index: dict[str, list[int]] = {}
    with path.open("wb") as out:
        for graph, write in _texts(record):
            start = out.tell()
            with gzip.GzipFile("", "wb", 1, out, mtime=0) as member:
                write(member)
            index[graph] = [start, out.tell() - start]
    _sync(path)
    return index


def _texts(record: bytes | ox.Store) -> Iterator[tuple[str, Callable[[Any], object]]]:
    """Each graph, and what writes it to a file."""
    if isinstance(record, ox.Store):
        for graph in record.named_graphs():
            yield graph.value, partial(record.dump, format=ox.RdfFormat.N_TRIPLES, from_graph=graph)
        return
    found: dict[bytes, list[bytes]] = {}
    for line in record.splitlines():
        triple, _, name = line[:-2].rpartition(b" ")
        found.setdefault(name, []).append(triple)
    for name, triples in found.items():
        yield name[1:-1].decode(), methodcaller("write", b" .\n".join([*triples, b""]))


class GraphTexts:
    """The graphs of a generation as N-Triples. Held open, so that a build in the meantime takes nothing away."""

    def __init__(self, generation: Path, manifest: dict[str, Any]) -> None:
        """Raises StoreError if they cannot be read."""
        self._path = generation / _TEXTS
        try:
            self._file = open(self._path, "rb")
        except OSError as error:
            raise _unreadable(error, self._path) from None
        self._index = manifest["texts"]

    def copy(self, graph: str, path: Path) -> None:
        """Write one graph to a file. Raises StoreError if its text is corrupt, OSError if the file cannot be written."""
        import zlib

        unpack = zlib.decompressobj(wbits=31)
        with path.open("wb") as out:
            try:
                start, left = self._index[graph]
                self._file.seek(start)
                while left > 0 and (packed := self._file.read(min(left, 1 << 20))):
                    left -= len(packed)
                    out.write(unpack.decompress(packed))
            except (zlib.error, KeyError, TypeError, ValueError):
                raise _corrupt(self._path) from None
        if not unpack.eof:
            raise _corrupt(self._path)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def rewrite_manifest(generation: Path, manifest: dict[str, Any]) -> None:
    """Replace the manifest of a generation in one step. Call inside ``writing``. Raises StoreError, and the old one stays."""
    aside = generation / ".manifest.json"
    try:
        aside.write_text(json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
        os.replace(aside, generation / "manifest.json")
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise _os_error(error, generation.parent.parent) from None


def _point(store: Path, name: str) -> None:
    aside = store / f".{_POINTER}.{os.getpid()}"
    aside.write_text(name + "\n", encoding="utf-8")
    _sync(aside)
    os.replace(aside, store / _POINTER)
    _sync(store)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(folder: Path) -> None:
    import shutil  # loads the compressors: only for writing

    shutil.rmtree(folder, ignore_errors=True)


def _clear_leftovers(store: Path) -> None:
    """What a killed build left; safe, since the lock is held."""
    for path in (store / "generations").glob(".*"):
        _remove(path)
    for path in store.glob(f".{_POINTER}.*"):
        path.unlink(missing_ok=True)


def _remove_old(store: Path, keep: str) -> None:
    for path in (store / "generations").iterdir():
        if path.name != keep:
            _remove(path)


def _os_error(error: OSError, store: Path) -> StoreError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error):
        return StoreError("KG-ST05", "no space left on the disk", place=str(store), fix="free some space, or use --store DIR on another disk")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS) or "Permission denied" in str(error):
        return StoreError("KG-ST06", "no permission to write or read the store", place=str(store), fix="change the permissions, or use --store DIR")
    return StoreError(
        "KG-ST07", f"the store cannot be written or read: {error.strerror or error}", place=str(store), fix="check the folder, or use --store DIR"
    )
