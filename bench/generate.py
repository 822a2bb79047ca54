"""Make graphs of the model's shape, of any size, with the skew of the real record: few parties are in most of it.

usage: python bench/generate.py TRIPLES FILE.nq [SEED]

Agreements, participations, provisions and obligations in one graph; occurrences, conduct and sources in one graph a decade.
The same arguments give the same bytes.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

SV = "https://w3id.org/servanda/ontology#"
ID = "https://w3id.org/servanda/id/"
CODE = "https://w3id.org/servanda/code/"
GRAPH = "https://w3id.org/servanda/graph/import/bench-"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
PARTIES = 220
SHARE = 0.3  # of the triples about agreements; the rest about what happened
BEHAVIORS = ("armedAssistance", "armedAttack", "consultation", "neutrality", "nonAggression", "verbalSupport", "sanctions", "basing")
_WEIGHTS = list(accumulate(1 / rank**1.1 for rank in range(1, PARTIES + 1)))


def generate(triples: int, seed: int = 1) -> Iterator[str]:
    """N-Quads lines, about as many as asked for, grouped by graph."""
    chance = random.Random(seed)
    made = 0
    number = 0
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


def _party(chance: random.Random) -> str:
    """A party, by a power law."""
    return f"<{ID}state/S{chance.choices(range(PARTIES), cum_weights=_WEIGHTS)[0]:03}>"


def _day(chance: random.Random, first: int, years: int) -> str:
    return f'"{first + chance.randrange(years)}-{chance.randrange(12) + 1:02}-{chance.randrange(28) + 1:02}"^^<http://www.w3.org/2001/XMLSchema#date>'


def _t(subject: str, name: str, value: str) -> str:
    return f"{subject} <{SV}{name}> {value}"


def _agreement(chance: random.Random, number: int) -> Iterator[str]:
    it = f"<{ID}agreement/b{number}>"
    signed = _day(chance, 1816, 210)
    yield f"{it} {TYPE} <{SV}Treaty>"
    yield f'{it} {LABEL} "Treaty number {number}"@en'
    yield _t(it, "signedOn", signed)
    members = sorted({_party(chance) for _ in range(2 if chance.random() < 0.8 else 2 + chance.randrange(30))})
    for place, member in enumerate(members):
        joining = f"<{ID}participation/b{number}-{place}>"
        yield f"{joining} {TYPE} <{SV}Participation>"
        yield _t(joining, "ofAgreement", it)
        yield _t(joining, "participant", member)
        yield _t(joining, "boundFrom", signed)
    for article in range(1 + chance.randrange(4)):
        provision, duty = f"<{ID}provision/b{number}-art-{article}>", f"<{ID}obligation/b{number}-art-{article}>"
        yield f"{provision} {TYPE} <{SV}Provision>"
        yield _t(provision, "partOf", it)
        yield _t(
            provision, "gist", f'"The parties shall do what article {article} of treaty {number} says, without delay and with all means at their disposal."@en'
        )
        yield f"{duty} {TYPE} <{SV}PositiveObligation>"
        yield _t(duty, "imposedBy", provision)
        yield _t(duty, "underAgreement", it)
        yield _t(duty, "requires", f"<{CODE}behavior/{chance.choice(BEHAVIORS)}>")


def _event(chance: random.Random, number: int, decade: int, agreements: int) -> Iterator[str]:
    it, day = f"<{ID}occurrence/b{number}>", _day(chance, decade, 10)
    yield f"{it} {TYPE} <{SV}Occurrence>"
    yield f'{it} {LABEL} "Event number {number} of the {decade}s"@en'
    yield _t(it, "occurrenceKind", f"<{CODE}behavior/armedAttack>")
    yield _t(it, "initiator", _party(chance))
    yield _t(it, "target", _party(chance))
    yield _t(it, "beganOn", day)
    for answer in range(chance.choice((0, 1, 1, 2, 6))):
        conduct, source = f"<{ID}conduct/b{number}-{answer}>", f"<{ID}source/b{number % 5000}>"
        yield f"{conduct} {TYPE} <{SV}Action>"
        yield _t(conduct, "actor", _party(chance))
        yield _t(conduct, "recipient", _party(chance))
        yield _t(conduct, "behavior", f"<{CODE}behavior/{chance.choice(BEHAVIORS)}>")
        yield _t(conduct, "inResponseTo", it)
        yield _t(conduct, "beganOn", day)
        yield _t(conduct, "hasSource", source)
        yield _t(conduct, "bearsOn", f"<{ID}agreement/b{chance.randrange(agreements) + 1}>")


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
