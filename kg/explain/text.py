"""An explanation as text that a tired journalist can read."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from kg.explain.chain import MISTAKE
from kg.explain.facts import Record, listed
from kg.explain.wording import day, span
from kg.formats import SYMBOLS
from kg.namespaces import local, short

_KINDS = {"party": "", "ruleset": " (computed)", "source": " (source)", "person": "", "publisher": ""}
_OF_CONDUCT = {"occurred": "it occurred", "attributable": "it was this party's act", "selfDefense": "it was self-defense"}
_FORCE = {"yes": "in force", "no": "not in force", "perhaps": "perhaps in force"}
_VERDICTS = {
    None: "none: the duty was not in force",
    "pending": "none yet: the window is open",
    "unassessed": "none: nobody has assessed it",
    "notYetActivated": "none: not yet due on that day",
}


class Page:
    """Lines of a page of a given width, with sources cited by number."""

    def __init__(self, document: Record, width: int) -> None:
        self.document = document
        self.width = max(width, 40)
        self.labels: dict[str, str] = document["labels"]
        self.numbers = {source["id"]: number for number, source in enumerate(document["sources"], 1)}
        self.lines: list[str] = []

    def head(self, title: str) -> None:
        """A heading."""
        self.lines += ["", title.upper()]

    def say(self, text: str | None, indent: int = 2, mark: str = "") -> None:
        """A wrapped paragraph, after a mark such as a dash; nothing for no text."""
        if text:
            first, rest = " " * indent + mark, " " * (indent + len(mark))
            self.lines += textwrap.wrap(text, self.width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False)

    def name(self, iri: str | None) -> str:
        """A thing's label."""
        return "" if iri is None else self.labels.get(iri) or local(iri)

    def names(self, iris: Iterable[str]) -> str:
        """Labels in words."""
        return listed([self.name(iri) for iri in iris])

    def outlet(self, iri: str) -> str:
        """Who published a source."""
        return next((source["publisher"] or source["title"] for source in self.document["sources"] if source["id"] == iri), local(iri))

    def cite(self, iris: list[str]) -> str:
        """``Sources: TASS 2025-04-28 [3], …``."""
        by_id = {source["id"]: source for source in self.document["sources"]}
        cited = [
            f"{by_id[iri]['publisher'] or by_id[iri]['title']} {by_id[iri]['published_on'] or 'undated'} [{self.numbers[iri]}]" for iri in iris if iri in by_id
        ]
        return f"Sources: {', '.join(cited)}." if cited else ""


def text(document: Record, width: int = 100) -> str:
    """The explanation as text, ending in a newline."""
    page = Page(document, width)
    title = textwrap.wrap(document["title"], page.width, break_long_words=False)
    page.lines += [*title, "=" * max(map(len, title)), short(document["id"])]
    (_expectation if document["kind"] == "expectation" else _activation)(page)
    _tail(page)
    return "\n".join(page.lines) + "\n"


def _activation(page: Page) -> None:
    doc = page.document
    _answer(page)
    page.head("the words")
    page.say(f"{page.name(doc['agreement'])}" + (f"; legally binding: {doc['binding']}" if doc["binding"] else ""))
    for provision in doc["provisions"]:
        _provision(page, provision)
    page.head("the duty")
    for line in doc["duty"]["words"]:
        page.say(line)
    page.say(doc["duty"]["note"] and f"Note: {doc['duty']['note']}")
    for exemption in doc["duty"]["exemptions"]:
        page.say(f"Exemption of {page.names(exemption['exempts'])}: {exemption['label']}.")
    _bound(page, doc["bound"])
    _occurrence(page)
    page.head("was it owed?")
    _status(page)
    _claims(page, doc["claims"])
    page.head("when it was due")
    page.say(doc["window"]["words"])
    page.head("what was done, and not done")
    _conduct(page)
    page.head("verdicts")
    _verdicts(page)


def _answer(page: Page) -> None:
    doc = page.document
    page.head("the answer")
    voices: dict[str, list[str]] = {}
    for row in doc["assessments"]:
        if not row["superseded"]:
            voices.setdefault(row["verdict"], []).append(_voice(page, row))
    if not voices:
        page.say(f"Verdict: {_VERDICTS.get(doc['verdict'], 'none')}.")
    people = {row["verdict"] for row in doc["assessments"] if not row["superseded"] and row["assessor_kind"] != "ruleset"}
    page.say("Contested: the assessors differ." if len(people) > 1 else None)
    for verdict, names in voices.items():
        page.say(f"{_verdict(verdict)}: {'say' if len(names) > 1 else 'says'} {listed(names)}.")
    page.say(f"The duty itself: {words(doc['status'])}.")
    page.say(doc["interim_duty"] and f"Before entry into force: {doc['interim_duty']}.")


def _voice(page: Page, row: Record) -> str:
    """An assessor, with the side taken where it judges its own cause."""
    doc = page.document
    own = {doc["owed_by"]: " (who owes it)", doc["owed_to"]: " (to whom it is owed)"}.get(row["assessor"], _KINDS.get(row["assessor_kind"], ""))
    return page.name(row["assessor"]) + own


def _verdict(code: str | None) -> str:
    return f"{SYMBOLS.get(code or '', '')} {words(code)}".strip()


def words(code: str | None) -> str:
    """``notInForce`` -> ``not in force``."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in code or "none")


def _provision(page: Page, provision: Record) -> None:
    page.say(f"{provision['locator']}:", 2)
    if provision["quote"]:
        language = "" if provision["language"] in (None, "en") else f" ({provision['language']})"
        page.say(f"“{provision['quote']}”{language}", 4)
    else:
        page.say("The words were not seen.", 4)
    page.say(provision["gist"] and f"In our words: {provision['gist']}", 4)
    page.say(provision["note"] and f"Note: {provision['note']}", 4)
    page.say(page.cite(provision["sources"]), 4)


def _bound(page: Page, bound: list[Record], heading: bool = True) -> None:
    if heading:
        page.head("who was bound, and when")
    acted: set[str] = set()
    for period in bound:
        rival = f" (rival dates, claimed by {page.names(period['claimed_by']) or 'a source'})" if period["rival_to"] else ""
        page.say(f"{page.name(period['party'])}{rival}: {period['words']}.", 2, "- ")
        if period["acts"] and period["party"] + period["participation"].partition("-")[0] not in acted:
            page.say("; ".join(f"{act['words']} {act['on'] or 'on an unknown day'}" for act in period["acts"]) + ".", 4)
        acted.add(period["party"] + period["participation"].partition("-")[0])
        page.say(period["note"] and f"Note: {period['note']}", 4)
        page.say(page.cite(period["sources"]), 4)
    if not bound:
        page.say("No participation is recorded.")


def _occurrence(page: Page) -> None:
    event = page.document["occurrence"]
    page.head("what happened")
    if event is None:
        page.say("A standing duty: nothing had to happen.")
        return
    page.say(f"{event['label']} ({event['kind_label']}), {span(event['from'], event['until'], event['precision'], event['ongoing_on'])}.")
    sides = [f"by {page.names(event['actors'])}"] if event["actors"] else []
    sides += [f"against {page.names(event['against'])}"] if event["against"] else []
    sides += [f"in {page.names(event['places'])}"] if event["places"] else []
    line = ", ".join(sides)
    page.say(line and f"{line[:1].upper()}{line[1:]}.")
    page.say(event["gist"])
    page.say(event["note"] and f"Note: {event['note']}")
    page.say(page.cite(event["sources"]))


def _status(page: Page) -> None:
    doc = page.document
    rule = doc["status_rule"]
    page.say(f"Status: {words(doc['status'])}." + (f" Rule {rule['name']}: {rule['summary']}" if rule else ""))
    for reason in doc["reasons"]:
        page.say(f"{reason['words']}.", 2, "- ")
    page.say(doc["interim_duty"] and f"Until then: {doc['interim_duty']}.")


def _claims(page: Page, claims: list[Record]) -> None:
    if claims:
        page.say("Who says what of the circumstances it depends on:")
    for claim in claims:
        names = [page.name(party) for party in claim["claimed_by"]] or sorted({page.outlet(iri) for iri in claim["sources"]})
        verb = claim["side"] if len(names) == 1 else {"affirms": "affirm", "denies": "deny"}[claim["side"]]
        when = f", {claim['claimed_on']}" if claim["claimed_on"] else ""
        served = "[Said by the side it serves: settles nothing alone.]" if claim["self_served"] else ""
        page.say(
            _joined(f"{claim['circumstance_label']}: {listed(names) or 'somebody'} {verb} it{when}.", served, claim["gist"], page.cite(claim["sources"])),
            4,
            "- ",
        )


def _joined(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)


def _conduct(page: Page, skip: tuple[str, ...] = ()) -> None:
    rows = [row for row in page.document["conduct"] if row["role"] not in skip]
    if not rows:
        page.say("Nothing is recorded: neither that it was done nor that it was not. That is no evidence of either.")
    role = None
    for row in rows:
        if row["role"] != role:
            role = row["role"]
            page.say(f"{row['role_words'][:1].upper()}{row['role_words'][1:]}:")
        _deed(page, row)


def _deed(page: Page, row: Record) -> None:
    parts = [f"{span(row['from'], row['until'], row['precision'], row['ongoing_on'])}: {row['label']} ({row['kind_label']})."]
    parts += [f"By {page.names(row['actors'])}" + (f", through {page.names(row['through'])}" if row["through"] else "") + "."] if row["actors"] else []
    parts += [f"Amount: {row['quantity']}."] if row["quantity"] else []
    parts += [row["gist"]] if row["gist"] else []
    page.say(" ".join(parts), 4, "- ")
    for claim in row["claims"]:
        if claim["circumstance"] in _OF_CONDUCT:
            who = page.names(claim["claimed_by"]) or listed(sorted({page.outlet(iri) for iri in claim["sources"]}))
            when = f" ({claim['claimed_on']})" if claim["claimed_on"] else ""
            page.say(f"{'Affirmed' if claim['holds'] else 'Denied'} by {who}{when} that {_OF_CONDUCT[claim['circumstance']]}. {page.cite(claim['sources'])}", 6)
    page.say(row["note"] and f"Note: {row['note']}", 6)
    page.say(page.cite(row["sources"]), 6)


def _verdicts(page: Page) -> None:
    doc = page.document
    if not doc["assessments"]:
        page.say(f"{_VERDICTS.get(doc['verdict'], 'none')}.".capitalize())
    for row in doc["assessments"]:
        old = " [superseded]" if row["superseded"] else ""
        count = f", {row['publishers']} publisher{'' if row['publishers'] == 1 else 's'}" if row["evidence_basis"] != "none" else ""
        page.say(
            f"{page.name(row['assessor'])}{_KINDS.get(row['assessor_kind'], '')}: {_verdict(row['verdict'])}, as of {row['as_of']}; confidence {row['confidence'] or 'not stated'}; evidence: {words(row['evidence_basis'])}{count}.{old}",
            2,
            "- ",
        )
        page.say(row["gist"], 4)
        page.say(row["supported_by"] and f"Rests on: {'; '.join(page.name(iri) for iri in row['supported_by'])}.", 4)
        page.say(row["opposed_by"] and f"Against: {'; '.join(page.name(iri) for iri in row['opposed_by'])}.", 4)
        if row["assessor_kind"] == "ruleset" and doc["rule"]:
            page.say(f"Rule {doc['rule']['name']}: {doc['rule']['summary']}", 4)
            for reason in doc["hold_reasons"]:
                page.say(f"Held back: {reason['words']}.", 4)
        page.say(row["note"] and f"Note: {row['note']}", 4)
        page.say(page.cite(row["sources"]), 4)


def _expectation(page: Page) -> None:
    doc = page.document
    page.head("the answer")
    roles = {row["role"] for row in doc["conduct"]}
    gave = [
        words
        for role, words in (("words", "gave words of support"), ("notGiven", "as reported gave no help"), ("helpGiven", "gave some help"))
        if role in roles
    ]
    page.say(
        f"{page.name(doc['victim'])} was attacked. {page.name(doc['party'])} {listed(gave) or 'is not recorded as doing anything'}. No duty to help is in the record; nothing here is a broken duty."
    )
    if not doc["finding"]:
        page.say("A near miss, no finding: an element is missing.")
    for row in doc["missing"]:
        page.say(f"{'Against it' if row['code'] == 'helpGiven' else 'Missing'}: {row['words']}", 2, "- ")
    _occurrence(page)
    page.head("was help owed?")
    for line in doc["no_duty"]:
        page.say(line)
    for row in doc["duties"]:
        lead = "Not in force then" if row["status"] == "notInForce" else f"Put to the test instead, {words(row['status'])}"
        page.say(f"{lead}: {page.name(row['obligation'])} ({page.name(row['agreement'])}). See {short(row['activation'])}", 2, "- ")
    page.head("the agreements between the two, and their words")
    for agreement in doc["agreements"]:
        page.say(
            f"{agreement['label']}, signed {day(agreement['signed_on'])}: {_FORCE[agreement['in_force']]} on those days; legally binding: {agreement['binding'] or 'not known'}."
        )
        page.say(agreement["interim_duty"] and f"Then: {agreement['interim_duty']}.")
        for claim in agreement["claims"]:
            who = page.names(claim["claimed_by"]) or listed(sorted({page.outlet(iri) for iri in claim["sources"]}))
            verb = "holds a" if claim["holds"] else "holds no"
            when = f" ({claim['claimed_on']})" if claim["claimed_on"] else ""
            page.say(_joined(f"It {verb} duty of assistance, says {who}{when}:", claim["gist"] or f"{claim['label']}.", page.cite(claim["sources"])), 2, "- ")
        _bound(page, agreement["bound"], heading=False)
        for provision in agreement["provisions"]:
            _provision(page, provision)
        page.say(None if agreement["provisions"] else "No duty of it is coded.", 4)
        page.say(agreement["note"] and f"Note: {agreement['note']}", 4)
        page.lines.append("")
    page.lines.pop()
    page.head("what was said, and what was not given")
    _conduct(page)


def _tail(page: Page) -> None:
    doc = page.document
    page.head("sources")
    for source in doc["sources"]:
        origin = f" (from {source['originates_from']})" if source["originates_from"] else ""
        page.say(
            f"{source['publisher'] or 'no publisher'}{origin}, {source['published_on'] or 'undated'}: {source['title']}. {source['url'] or ''}",
            2,
            f"[{page.numbers[source['id']]}] ",
        )
    page.head("where this is written")
    for file in doc["files"]:
        page.say(file["path"])
    page.say(MISTAKE)
    page.lines.append("")
    for note in doc["notes"]:
        page.say(note, 0)
