"""The answer of a what-if as text."""

from __future__ import annotations

from kg.explain.facts import Record, listed
from kg.explain.text import Page, words

_CONFIRMED = " last confirmed bound "


def text(document: Record, width: int = 100) -> str:
    """Duties, what there is instead, what is ruled out, and who owes nothing; ends in a newline."""
    page = Page(document | {"sources": []}, width)
    assumed = document["assumed"]
    target, initiator = page.name(assumed["target"]), page.name(assumed["initiator"])
    page.lines.append(f"What if: {words(assumed['occurrence'])} on {target} by {initiator}, {assumed['on']}")
    page.lines.append("=" * min(len(page.lines[0]), page.width))
    for code, holds in assumed["circumstances"].items():
        page.say(f"Assumed: {words(code)}{'' if holds else ' does not hold'}.")
    page.say(assumed["place"] and f"Assumed place: {page.name(assumed['place'])}.")
    page.head(f"who may have to help {target}")
    _duties(page, document["duties"])
    if not document["duties"]:
        page.say(f"Nobody: the record names no duty to defend {target} that this would set off.")
    page.head("what else it would set off" if document["duties"] else "what there is instead")
    _duties(page, document["instead"])
    page.say(None if document["instead"] else f"No other duty toward {target} is set off.")
    if document["ruled_out"]:
        page.head("put to the test, but not owed")
        _duties(page, document["ruled_out"], brief=True)
    _others(page, target)
    page.lines.append("")
    for note in document["notes"]:
        page.say(note, 0)
    return "\n".join(page.lines) + "\n"


def _groups(rows: list[Record]) -> list[list[Record]]:
    """Rows of one duty to one party with one status, together."""
    found: dict[tuple[str, str, str, tuple[str, ...]], list[Record]] = {}
    for row in rows:
        found.setdefault((row["obligation"], row["owed_to"], row["duty_status"], tuple(row["excused_by"])), []).append(row)
    return list(found.values())


def _duties(page: Page, rows: list[Record], brief: bool = False) -> None:
    for group in _groups(rows):
        row = group[0]
        who = page.names(item["owed_by"] for item in group)
        page.say(f"{who} → {page.name(row['owed_to'])}: {page.name(row['obligation'])}", 2, "- ")
        page.say(f"{page.name(row['agreement'])}, {row['locator']}" + ("" if row["binding"] == "yes" else f"; legally binding: {row['binding']}"), 4)
        if not brief:
            _words(page, row)
        reasons = _reasons(group)
        page.say(f"Status: {words(row['duty_status'])}" + (f": {'; '.join(reasons)}" if reasons else "") + ".", 4)
        if row["excused_by"]:
            page.say(f"But an exception would excuse it: {listed([words(code) for code in row['excused_by']])}.", 4)
        if not brief and not any(_CONFIRMED in reason for reason in reasons):
            page.say(row["last_confirmed"] and f"Last day on which both are known to be bound: {row['last_confirmed']}.", 4)


def _words(page: Page, row: Record) -> None:
    for provision in row["provisions"]:
        page.say(f"“{provision['quote']}”" if provision["quote"] else f"The words were not seen. In our words: {provision['gist']}", 4)
    for line in row["words"][1:]:
        page.say(line, 4)


def _reasons(group: list[Record]) -> list[str]:
    """The reasons of a group: those of all, then by day who was last confirmed bound, then the rest."""
    lists = [row["status_reasons"] for row in group]
    every = list(dict.fromkeys(reason for reasons in lists for reason in reasons))
    days: dict[str, list[str]] = {}
    for reason in every:
        party, found, day = reason.partition(_CONFIRMED)
        if found:
            days.setdefault(day, []).append(party)
    plain = [reason for reason in every if _CONFIRMED not in reason]
    return plain + [f"{listed(parties)}{_CONFIRMED}{day}" for day, parties in sorted(days.items())]


def _others(page: Page, target: str) -> None:
    doc = page.document
    if doc["without_defense"]:
        page.head(f"agreements with {target}, but no duty to defend it")
    for row in doc["without_defense"]:
        names = [page.name(item["agreement"]) + ("" if item["coded"] else " (words not seen, nothing coded)") for item in row["agreements"]]
        page.say(f"{page.name(row['party'])}: {'; '.join(names)}.", 2, "- ")
    if doc["not_set_off"]:
        page.head("duties that wait for something else")
    for row in doc["not_set_off"]:
        waits = listed([words(code) for code in row["triggers"]], "or") + (", and a request" if row["on_request"] else "")
        page.say(f"{page.name(row['obligation'])} ({page.name(row['agreement'])}): needs {waits}.", 2, "- ")
