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
from typing import NamedTuple

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
ANSWERS, ANSWERS_TO_ATTACKS = (0, 1, 1, 2, 6), (1, 2, 4, 6, 16)  # how many acts follow an event: one of these
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


class _Bond(NamedTuple):
    number: int
    first: str
    last: str
    members: list[str]


class _Chance(random.Random):
    """Random choices, of a shape."""

    def __init__(self, seed: int, shape: Shape) -> None:
        super().__init__(seed)
        self.shape, self.weights = shape, shape.weights()
        self.bonds: dict[str, list[_Bond]] = {}

    def ally(self, party: str, day: str) -> tuple[int, str] | None:
        """An agreement in force on a day that binds the party to another, and that other; None where a few looks find none."""
        known = self.bonds.get(party, [])
        for bond in self.sample(known, min(len(known), 4)):
            if bond.first <= day <= bond.last:
                return bond.number, self.choice([member for member in bond.members if member != party])
        return None


def _party(chance: _Chance) -> str:
    """A party, by the shape's law."""
    return f"<{ID}state/S{chance.choices(range(chance.shape.parties), cum_weights=chance.weights)[0]:03}>"


def _short(party: str) -> str:
    return party.rpartition("/")[2].rstrip(">")


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
    last = "2026-01-01" if chance.shape.lasts is None else f"{int(signed[:4]) + chance.shape.lasts}{signed[4:]}"
    bond = _Bond(number, signed, last, sorted(members))
    for place, member in enumerate(bond.members):
        chance.bonds.setdefault(member, []).append(bond)
        joining = f"<{ID}participation/b{number}-{place}>"
        yield f"{joining} {TYPE} <{SV}Participation>"
        yield _t(joining, "ofAgreement", it)
        yield _t(joining, "participant", member)
        yield _t(joining, "boundFrom", _date(signed))
        yield _t(joining, "boundAsOf" if chance.shape.lasts is None else "boundUntil", _date(last))
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
        yield f'{duty} {LABEL} "what article {article} of treaty {number} says"@en'
        yield _t(duty, "imposedBy", provision)
        if article and len(members) == 2 and chance.random() < 0.4:
            yield f"{duty} {TYPE} <{SV}NegativeObligation>"
            yield f"{duty} {TYPE} <{SV}StandingObligation>"
            yield _t(duty, "forbids", f"<{CODE}behavior/useOfForce>")
            continue
        yield f"{duty} {TYPE} <{SV}PositiveObligation>"
        yield _t(duty, "requires", f"<{CODE}behavior/{chance.choice(BEHAVIORS)}>")
        yield _t(duty, "triggeredBy", f"<{CODE}trigger/attackOnBeneficiary>")
        yield _t(duty, "standardOfPerformance", f"<{CODE}standard/necessary>")
        if chance.random() < 0.3:
            yield _t(duty, "hasException", f"<{CODE}circumstance/beneficiaryIsAggressor>")


def _event(chance: _Chance, number: int, decade: int, agreements: int) -> Iterator[str]:
    it, day = f"<{ID}occurrence/b{number}>", _day(chance, decade, min(10, 2026 - decade))
    source = f"<{ID}source/b{number}>"
    yield from _source(f"b{number}", number % PUBLISHERS, day)
    yield f"{it} {TYPE} <{SV}Occurrence>"
    yield f'{it} {LABEL} "Event number {number} of the {decade}s"@en'
    attack = chance.shape.attacks == 1 or chance.random() < chance.shape.attacks
    yield _t(it, "occurrenceKind", f"<{CODE}behavior/{'invasion' if attack else 'economicCoercion'}>")
    target = _party(chance)
    traitor = chance.ally(target, day) if chance.random() < 0.1 else None
    initiator = traitor[1] if traitor else _party(chance)
    yield _t(it, "initiator", initiator)
    yield _t(it, "target", target)
    yield _t(it, "beganOn", _date(day))
    yield _t(it, "hasSource", source)
    if chance.random() < 0.1:
        yield from _excuse(number, initiator, target, day)
    for answer in range(chance.choice(ANSWERS_TO_ATTACKS if attack else ANSWERS)):
        bond = chance.ally(target, day) if attack else None
        if bond and bond[1] != initiator:
            yield from _answer(chance, number, answer, day, target, bond)
        else:
            yield from _deed(number, answer, day, _party(chance), _party(chance), chance.choice(BEHAVIORS))
            if not attack or not chance.bonds:
                bearing = f"<{ID}obligation/b{chance.randrange(agreements) + 1}-art-{chance.randrange(ARTICLES)}>"
                yield _t(f"<{ID}conduct/b{number}-{answer}>", "bearsOn", bearing)


def _excuse(number: int, initiator: str, target: str, day: str) -> Iterator[str]:
    """Who attacked says that the other began it."""
    it = f"<{ID}characterization/b{number}>"
    yield f"{it} {TYPE} <{SV}Characterization>"
    yield f'{it} {LABEL} "What was said of event number {number}"@en'
    yield _t(it, "characterizes", f"<{ID}occurrence/b{number}>")
    yield _t(it, "as", f"<{CODE}circumstance/beneficiaryIsAggressor>")
    yield _t(it, "holds", f'"true"^^<{XSD}boolean>')
    yield _t(it, "claimedBy", initiator)
    yield _t(it, "concerns", target)
    yield _t(it, "claimedOn", _date(day))
    yield _t(it, "hasSource", f"<{ID}source/b{number}>")


def _deed(number: int, answer: int, day: str, actor: str, recipient: str, behavior: str, kind: str = "Action") -> Iterator[str]:
    """Conduct in response to an event."""
    it = f"<{ID}conduct/b{number}-{answer}>"
    yield f"{it} {TYPE} <{SV}{kind}>"
    yield f'{it} {LABEL} "Answer {answer} to event number {number}"@en'
    yield _t(it, "actor", actor)
    yield _t(it, "recipient", recipient)
    yield _t(it, "behavior", f"<{CODE}behavior/{behavior}>")
    yield _t(it, "inResponseTo", f"<{ID}occurrence/b{number}>")
    yield _t(it, "beganOn", _date(day))
    yield _t(it, "hasSource", f"<{ID}source/b{number}>")


def _answer(chance: _Chance, number: int, answer: int, day: str, target: str, bond: tuple[int, str]) -> Iterator[str]:
    """What an ally does, or is documented as not doing; of some, what the parties say of it."""
    agreement, ally = bond
    done = chance.random() < 0.75
    yield from _deed(number, answer, day, ally, target, chance.choice(BEHAVIORS) if done else "assistance", "Action" if done else "Omission")
    publisher = chance.randrange(PUBLISHERS)
    yield from _source(f"b{number}-{answer}", (publisher + (publisher == number % PUBLISHERS)) % PUBLISHERS, day)  # another than the occurrence's
    yield _t(f"<{ID}conduct/b{number}-{answer}>", "hasSource", f"<{ID}source/b{number}-{answer}>")
    if chance.random() < 0.25:
        activation = f"<{ID}activation/b{agreement}-art-0--{_short(ally)}--{_short(target)}--b{number}>"
        opinions = [(target, "honored" if done else "unhonored"), (ally, "honored")]
        for voice, (assessor, verdict) in enumerate(opinions[: 1 + (chance.random() < 0.4)]):
            it = f"<{ID}assessment/b{number}-{answer}-{voice}>"
            yield f"{it} {TYPE} <{SV}Assessment>"
            yield f'{it} {LABEL} "What was said of answer {answer} to event number {number}"@en'
            yield _t(it, "assesses", activation)
            yield _t(it, "verdict", f"<{CODE}verdict/{verdict}>")
            yield _t(it, "assessor", assessor)
            yield _t(it, "asOf", _date(day))
            yield _t(it, "evidenceBasis", f"<{CODE}evidenceBasis/{'documentedAct' if done else 'documentedOmission'}>")
            yield _t(it, "confidence", f"<{CODE}confidence/moderate>")
            yield _t(it, "supportedBy", f"<{ID}conduct/b{number}-{answer}>")
            yield _t(it, "hasSource", f"<{ID}source/b{number}-{answer}>")


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
