"""The text of a filled-in issue form (.github/ISSUE_TEMPLATE/case.yml) as the rows of a table of a case."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from kg.errors import InputError
from kg.namespaces import short
from kg.read import show_path
from kg.tables.cells import Names
from kg.tables.columns import COLUMNS

# Label of a field of the form -> whether it must be filled in
FIELDS = {
    "Short name of the event": True,
    "Kind of event": True,
    "Who did it": False,
    "To whom": False,
    "Where": False,
    "First day": True,
    "Last day": False,
    "What others did, or did not do": False,
    "Sources": True,
    "Day you saw the sources": True,
    "Doubts and remarks": False,
    "Your name": False,
}
LIMIT = 200_000  # characters; a form's text is shorter
_EMPTY = "_No response_"
_DID = {"did": "action", "did not": "omission"}
_RUN = ("=", "+", "-", "@")

Rows = list[dict[str, str]]


def rows_of(path: Path, names: Names | None = None) -> list[list[str]]:
    """The table of the case that a form describes, the header first; publishers that are in the base already are not entered again.

    Raises InputError, with the line, where a field is missing or not as the form asks.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("KG-IN06", f"cannot be read: {error}", place=show_path(path), fix="save the text of the issue as UTF-8") from None
    if len(text) > LIMIT:
        raise InputError("KG-CT20", "longer than a form can be", place=show_path(path), fix="give only the text of the issue")
    return _Form(text, show_path(path), names or Names()).table()


class _Form:
    def __init__(self, text: str, place: str, names: Names) -> None:
        self.place = place
        self.names = names
        self.lines: dict[str, int] = {}
        self.said = self._fields(text)

    def _refuse(self, field: str, message: str, fix: str, offset: int = 0) -> InputError:
        line = self.lines.get(field)
        return InputError("KG-CT20", message, place=f"{self.place}:{line + offset}" if line else self.place, fix=fix)

    def _fields(self, text: str) -> dict[str, str]:
        found: dict[str, list[str]] = {}
        current: list[str] = []
        for number, line in enumerate(text.splitlines(), 1):
            label = line.removeprefix("### ").strip()
            if line.startswith("### ") and label in FIELDS:
                if label in found:
                    raise InputError("KG-CT20", f"the field {label!r} is there twice", place=f"{self.place}:{number}", fix="remove one")
                current = found.setdefault(label, [])
                self.lines[label] = number
            else:
                current.append(line)
        said = {label: "\n".join(lines).strip() for label, lines in found.items()}
        said = {label: "" if words == _EMPTY else words for label, words in said.items()}
        for label, needed in FIELDS.items():
            if needed and not said.get(label):
                raise self._refuse(label, f"the field {label!r} is empty or missing", "fill it in, under a heading of three hashes as the form writes it")
            for sign in _RUN:
                if label != "Sources" and said.get(label, "").startswith(sign):
                    raise self._refuse(label, f"the field {label!r} begins with {sign!r}, which a spreadsheet program would run", "write it in words")
        return said

    def table(self) -> list[list[str]]:
        """Header and rows."""
        sources, source_rows = self._sources()
        event = self._event(sources)
        rows = [event, *self._conduct(event, sources), *source_rows]
        for row in rows:
            for words in row.values():
                if words.startswith(_RUN):
                    raise self._refuse("Sources", f"a value begins with {words[0]!r}, which a spreadsheet program would run", "write it in words")
        used = {name for row in rows for name, words in row.items() if words} - {"what", "id"}
        header = ["what", "id", *(name for name in COLUMNS if name in used)]
        return [header, *([row.get(name, "") for name in header] for row in rows)]

    def _event(self, sources: list[str]) -> dict[str, str]:
        label, first = self._line("Short name of the event"), self._line("First day")
        return {
            "what": "occurrence",
            "id": f"{_slug(first)}-{_slug(label)[:60].strip('-')}",
            "label": _text(label),
            "occurrence_kind": self._line("Kind of event").partition(" ")[0],
            "initiator": _several(self._line("Who did it")),
            "target": _several(self._line("To whom")),
            "place": _several(self._line("Where")),
            "began_on": first,
            "ended_on": self._line("Last day"),
            "source": " | ".join(sources),
            "note": _text(" ".join(self.said.get("Doubts and remarks", "").split())),
        }

    def _line(self, field: str) -> str:
        return " ".join(self.said.get(field, "").split())

    def _parts(self, field: str, least: int, example: str) -> list[tuple[int, list[str]]]:
        """The lines of a field, each cut at ``|``, with how far below the heading it stands."""
        found = []
        for number, line in enumerate(self.said.get(field, "").splitlines()):
            parts = [part.strip() for part in line.split("|")]
            if not line.strip():
                continue
            if len(parts) < least:
                raise self._refuse(field, f"too few parts: {line.strip()!r}", f"write it as: {example}", number + 2)
            found.append((number + 2, parts + [""] * 8))
        return found

    def _conduct(self, event: dict[str, str], sources: list[str]) -> Rows:
        field, example = "What others did, or did not do", "Borland | did | troops | Ardania | 1992-03-04 | 1992-03-09 | sends two brigades | 1, 2"
        rows = []
        for offset, (who, did, kind, whom, first, last, words, numbers, *_) in self._parts(field, 5, example):
            if did.casefold() not in _DID:
                raise self._refuse(field, f"neither 'did' nor 'did not': {did!r}", f"write it as: {example}", offset)
            label = words or f"{who} {did}: {kind}"
            rows.append(
                {
                    "what": _DID[did.casefold()],
                    "id": f"{_slug(f'{who} {words or kind}')[:60].strip('-')}-{_slug(first)}",
                    "label": _text(label),
                    "actor": _several(who),
                    "behavior": kind,
                    "recipient": _several(whom),
                    "began_on": first,
                    "ended_on": last,
                    "in_response_to": event["id"],
                    "source": " | ".join(self._cited(numbers, sources, field, offset)),
                }
            )
        return rows

    def _cited(self, numbers: str, sources: list[str], field: str, offset: int) -> list[str]:
        wanted = re.findall(r"\d{1,4}", numbers)
        if any(not 1 <= int(number) <= len(sources) for number in wanted):
            raise self._refuse(field, f"there is no source with this number: {numbers!r}", f"number the lines of Sources from 1 to {len(sources)}", offset)
        return [sources[int(number) - 1] for number in wanted] or sources

    def _sources(self) -> tuple[list[str], Rows]:
        example = "https://example.org/a | The Courier | Troops cross the border | 1992-03-05 | news | en"
        named, rows, publishers = list[str](), Rows(), dict[str, str]()
        for offset, (url, publisher, title, published, kind, language, *_) in self._parts("Sources", 3, example):
            if not url.startswith(("https://", "http://")):
                raise self._refuse("Sources", f"not a web address: {url!r}", f"write it as: {example}", offset)
            known = [iri for iri in self.names.called(publisher) if short(iri).startswith("publisher:")]
            slug = short(known[0]).partition(":")[2] if known else _slug(publisher) or f"publisher-{offset}"
            if not known and slug not in publishers:
                rows.append({"what": "publisher", "id": slug, "label": _text(publisher)})
            publishers[slug] = publisher
            name = f"{slug}-{_slug(published) or 'undated'}-{_slug(title)[:40].strip('-')}".strip("-")
            name = name if name not in named else f"{name}-{len(named) + 1}"
            named.append(name)
            seen = self._line("Day you saw the sources")
            quality = "secondary" if kind in ("scholarship", "reference", "opinion") else "agency" if kind in ("news", "") else "primary"
            rows.append(
                {
                    "what": "source",
                    "id": name,
                    "title": _text(title),
                    "published_by": slug,
                    "published_on": published,
                    "retrieved_on": seen,
                    "source_kind": kind or "news",
                    "source_quality": quality,
                    "language": language or "en",
                    "url": url,
                }
            )
        return named, rows


def _slug(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.casefold()).strip("-")


def _several(words: str) -> str:
    return " | ".join(part.strip() for part in words.split(";") if part.strip())


def _text(words: str) -> str:
    return words.replace("|", "\\|")
