"""Make graphs of the model's shape, of any size, with the skew of the real record: few parties are in most of it.

usage: python bench/generate.py TRIPLES FILE.nq [SEED]

Parties, publishers, agreements, participations, provisions and obligations in one graph; occurrences, conduct and sources
in one graph a decade. All of it conforms to the shapes. The same arguments give the same bytes.

A verdict is about a pair of a duty and an occurrence. With the same parties for ever, pairs grow with the square of the graph;
in the world a bigger record has more parties, most events are no attacks, and agreements end. ``grown`` is such a ``Shape``.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

SV = "https://w3id.org/servanda/ontology#"
ID = "https://w3id.org/servanda/id/"
CODE = "https://w3id.org/servanda/code/"
GRAPH = "https://w3id.org/servanda/graph/import/bench-"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
TERMS = "http://purl.org/dc/terms/"
XSD = "http://www.w3.org/2001/XMLSchema#"
PARTIES = 220
ARTICLES = 2  # of each agreement
SHARE = 0.3  # of the triples about agreements; the rest about what happened
PUBLISHERS = 40
BEHAVIORS = ("assistance", "troops", "militaryAssistance", "consultation", "verbalSupport")
_TREATIES = f"<{ID}source/treaties>"


@dataclass(frozen=True)
class Shape:
    """How many parties there are, which share of the occurrences are attacks, and the years that an agreement lasts (None: for ever)."""

    parties: int = PARTIES
    attacks: float = 1.0
    lasts: int | None = None

    def weights(self) -> list[float]:
        """How often each party occurs, summed up: a power law (Zipf); with many parties flatter at its head (Mandelbrot)."""
        head = (self.parties - PARTIES) / 20
        return list(accumulate(1 / (rank + head) ** 1.1 for rank in range(1, self.parties + 1)))


def grown(triples: int) -> Shape:
    """A shape in which a party has as many agreements and suffers as many attacks in a big graph as in a small one."""
    return Shape(max(PARTIES, triples // 500), 0.05, 20)


def generate(triples: int, seed: int = 1, shape: Shape = Shape()) -> Iterator[str]:
    """N-Quads lines, about as many as asked for, grouped by graph."""
    chance = _Chance(seed, shape)
    made = 0
    number = 0
    for line in _base(shape):
        made += 1
        yield f"{line} <{GRAPH}agreements> .\n"
    while made < triples * SHARE:
        number += 1
        for line in _agreement(chance, number):
            made += 1
            yield f"{line} <{GRAPH}agreements> .\n"
    agreements = number
    decades = list(range(1816, 2026, 10))
    room = (triples - made) / sum(range(1, len(decades) + 1))
    event = 0
    for rank, decade in enumerate(decades, 1):
        until = made + room * rank
        while made < until:
            event += 1
            for line in _event(chance, event, decade, agreements):
                made += 1
                yield f"{line} <{GRAPH}{decade}> .\n"


def _base(shape: Shape) -> Iterator[str]:
    """What all the rest leans on: the record's last day, parties, publishers, and the source of what agreements say."""
    yield f"<https://w3id.org/servanda/data> <{SV}cutOffOn> {_date('2026-06-30')}"
    yield from _source("treaties", 0, "2000-01-01")
    for number in range(PUBLISHERS):
        yield f"<{ID}publisher/p{number}> {TYPE} <{SV}Publisher>"
        yield f'<{ID}publisher/p{number}> {LABEL} "Publisher {number}"@en'
    for number in range(shape.parties):
        yield f"<{ID}state/S{number:03}> {TYPE} <{SV}State>"
        yield f'<{ID}state/S{number:03}> {LABEL} "State {number}"@en'
        yield _t(f"<{ID}state/S{number:03}>", "hasSource", _TREATIES)


def _source(name: str, publisher: int, day: str) -> Iterator[str]:
    it = f"<{ID}source/{name}>"
    yield f"{it} {TYPE} <{SV}Source>"
    yield f'{it} <{TERMS}title> "Report {name}"@en'
    yield f'{it} <{TERMS}language> "en"'
    yield _t(it, "publishedBy", f"<{ID}publisher/p{publisher}>")
    yield _t(it, "publishedOn", _date(day))
    yield _t(it, "retrievedOn", _date("2026-11-22"))
    yield _t(it, "sourceKind", f"<{CODE}sourceKind/news>")
    yield _t(it, "sourceQuality", f"<{CODE}sourceQuality/agency>")
    yield _t(it, "url", f'"https://example.org/{name}"^^<{XSD}anyURI>')


class _Chance(random.Random):
    """Random choices, of a shape."""

    def __init__(self, seed: int, shape: Shape) -> None:
        super().__init__(seed)
        self.shape, self.weights = shape, shape.weights()


def _party(chance: _Chance) -> str:
    """A party, by the shape's law."""
    return f"<{ID}state/S{chance.choices(range(chance.shape.parties), cum_weights=chance.weights)[0]:03}>"


def _date(day: str) -> str:
    return f'"{day}"^^<{XSD}date>'


def _day(chance: random.Random, first: int, years: int) -> str:
    return f"{first + chance.randrange(years)}-{chance.randrange(12) + 1:02}-{chance.randrange(28) + 1:02}"


def _t(subject: str, name: str, value: str) -> str:
    return f"{subject} <{SV}{name}> {value}"


def _agreement(chance: _Chance, number: int) -> Iterator[str]:
    it = f"<{ID}agreement/b{number}>"
    signed = _day(chance, 1816, 200)
    yield f"{it} {TYPE} <{SV}Treaty>"
    yield f'{it} {LABEL} "Treaty number {number}"@en'
    yield _t(it, "signedOn", _date(signed))
    yield _t(it, "hasSource", _TREATIES)
    members = {_party(chance) for _ in range(2 if chance.random() < 0.8 else 2 + chance.randrange(30))}
    while len(members) < 2:
        members.add(_party(chance))
    for place, member in enumerate(sorted(members)):
        joining = f"<{ID}participation/b{number}-{place}>"
        yield f"{joining} {TYPE} <{SV}Participation>"
        yield _t(joining, "ofAgreement", it)
        yield _t(joining, "participant", member)
        yield _t(joining, "boundFrom", _date(signed))
        if chance.shape.lasts is None:
            yield _t(joining, "boundAsOf", _date("2026-01-01"))
        else:
            yield _t(joining, "boundUntil", _date(f"{int(signed[:4]) + chance.shape.lasts}{signed[4:]}"))
        yield _t(joining, "hasSource", _TREATIES)
    for article in range(ARTICLES):
        provision, duty = f"<{ID}provision/b{number}-art-{article}>", f"<{ID}obligation/b{number}-art-{article}>"
        yield f"{provision} {TYPE} <{SV}Provision>"
        yield _t(provision, "partOf", it)
        yield _t(provision, "locator", f'"Article {article}"')
        yield _t(
            provision, "gist", f'"The parties shall do what article {article} of treaty {number} says, without delay and with all means at their disposal."@en'
        )
        yield _t(provision, "hasSource", _TREATIES)
        yield f"{duty} {TYPE} <{SV}PositiveObligation>"
        yield f'{duty} {LABEL} "what article {article} of treaty {number} says"@en'
        yield _t(duty, "imposedBy", provision)
        yield _t(duty, "requires", f"<{CODE}behavior/{chance.choice(BEHAVIORS)}>")
        yield _t(duty, "triggeredBy", f"<{CODE}trigger/attackOnBeneficiary>")
        yield _t(duty, "standardOfPerformance", f"<{CODE}standard/necessary>")


def _event(chance: _Chance, number: int, decade: int, agreements: int) -> Iterator[str]:
    it, day = f"<{ID}occurrence/b{number}>", _day(chance, decade, min(10, 2026 - decade))
    source = f"<{ID}source/b{number}>"
    yield from _source(f"b{number}", number % PUBLISHERS, day)
    yield f"{it} {TYPE} <{SV}Occurrence>"
    yield f'{it} {LABEL} "Event number {number} of the {decade}s"@en'
    attack = chance.shape.attacks == 1 or chance.random() < chance.shape.attacks
    yield _t(it, "occurrenceKind", f"<{CODE}behavior/{'invasion' if attack else 'economicCoercion'}>")
    yield _t(it, "initiator", _party(chance))
    yield _t(it, "target", _party(chance))
    yield _t(it, "beganOn", _date(day))
    yield _t(it, "hasSource", source)
    for answer in range(chance.choice((0, 1, 1, 2, 6))):
        conduct = f"<{ID}conduct/b{number}-{answer}>"
        yield f"{conduct} {TYPE} <{SV}Action>"
        yield f'{conduct} {LABEL} "Answer {answer} to event number {number}"@en'
        yield _t(conduct, "actor", _party(chance))
        yield _t(conduct, "recipient", _party(chance))
        yield _t(conduct, "behavior", f"<{CODE}behavior/{chance.choice(BEHAVIORS)}>")
        yield _t(conduct, "inResponseTo", it)
        yield _t(conduct, "beganOn", _date(day))
        yield _t(conduct, "hasSource", source)
        yield _t(conduct, "bearsOn", f"<{ID}obligation/b{chance.randrange(agreements) + 1}-art-{chance.randrange(ARTICLES)}>")


def main(words: list[str]) -> int:
    """Write the file."""
    if len(words) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    with Path(words[1]).open("w", encoding="utf-8") as out:
        out.writelines(generate(int(words[0]), int(words[2]) if len(words) == 3 else 1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
