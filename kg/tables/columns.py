"""The spreadsheet's side of the model: one row a thing, one column a property, both named in plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import pyoxigraph as ox

from kg.catalog import snake
from kg.namespaces import CODE, KINDS, LISTS, PREFIXES, SV, expand, short
from kg.resources import folder

PARTY = ("state", "org", "actor")
ASSESSORS = (*PARTY, "person", "publisher", "source")
EVIDENCE = ("conduct", "occurrence", "coverage", "characterization", "source", "provision", "exemption", "act", "participation")


@dataclass(frozen=True)
class Column:
    """One column: its ``name``, the ``property`` (IRI) it stands for, what a ``form`` its values have, and ``help`` in plain words.

    Forms: ``text`` (with a language), ``string``, ``day``, ``flag``, ``number``, ``link`` (a web address), ``code`` (of the list
    with the prefix ``of[0]``), ``thing`` (of one of the kinds with the prefixes ``of``).
    """

    name: str
    property: str
    form: str
    help: str
    of: tuple[str, ...] = ()


def _column(prefixed: str, form: str, text: str, *of: str, name: str = "") -> Column:
    prefix, _, local = prefixed.partition(":")
    return Column(name or snake(local), PREFIXES[prefix] + local, form, text, of)


_DAY = "a day, YYYY-MM-DD"
_COLUMNS = (
    _column("rdfs:label", "text", "a short name for people"),
    _column("dcterms:title", "text", "official title, word for word"),
    _column("skos:altLabel", "text", "other names, separated by |", name="other_names"),
    _column("sv:partOf", "thing", "the agreement, event, place or body it is part of", "agreement", "occurrence", "place", "provision", "org", "actor"),
    _column("sv:ofAgreement", "thing", "the agreement", "agreement"),
    _column("sv:participant", "thing", "the party bound", *PARTY),
    _column("sv:imposedBy", "thing", "the provision that imposes the duty", "provision"),
    _column("sv:characterizes", "thing", "what the claim is about: an event, a conduct or an agreement", "occurrence", "conduct", "agreement"),
    _column("sv:assesses", "thing", "the activation judged: obligation--owedBy--owedTo--occurrence", "activation"),
    _column("sv:fromObligation", "thing", "from which duty", "obligation"),
    _column("sv:locator", "string", "where in the document: Article 4"),
    _column("sv:quote", "text", "the words themselves, short and verbatim; other languages end in @fr, @ru …"),
    _column("sv:gist", "text", "what it says, in your own words"),
    _column("sv:occurrenceKind", "code", "what kind of event: one code of the list of behaviors", "behavior"),
    _column("sv:initiator", "thing", "who did it: party codes such as RUS, separated by |", *PARTY),
    _column("sv:target", "thing", "to whom it was done", *PARTY),
    _column("sv:actor", "thing", "who acted, or did not", *PARTY),
    _column("sv:recipient", "thing", "whom it helped, or who was not helped", *PARTY),
    _column("sv:against", "thing", "at whose cost", *PARTY),
    _column("sv:through", "thing", "the organization they acted through", "org"),
    _column("sv:behavior", "code", "what was done, or not done: one code of the list of behaviors", "behavior"),
    _column("sv:quantity", "string", "how much: about 10,000 troops"),
    _column("sv:place", "thing", "where", "place"),
    _column("sv:beganOn", "day", f"the first day: {_DAY}"),
    _column("sv:endedOn", "day", f"the last day, if it ended: {_DAY}"),
    _column("sv:ongoingOn", "day", f"the last day it was known to go on: {_DAY}"),
    _column("sv:datePrecision", "string", "month or year, where the day is not known (then write the first day of it)"),
    _column("sv:inResponseTo", "thing", "the event it answers", "occurrence"),
    _column("sv:bearsOn", "thing", "the duty it bears on", "obligation", "activation"),
    _column("sv:as", "code", "as what it is claimed: one code of the list of circumstances", "circumstance"),
    _column("sv:holds", "flag", "true if it is affirmed, false if it is denied"),
    _column("sv:claimedBy", "thing", "who claims it; empty: the source itself", *ASSESSORS),
    _column("sv:claimedOn", "day", f"when: {_DAY}"),
    _column("sv:concerns", "thing", "the party it is about", *PARTY),
    _column("sv:verdict", "code", "somebody's verdict, never your own", "verdict"),
    _column("sv:assessor", "thing", "whose verdict it is", *ASSESSORS),
    _column("sv:asOf", "day", f"the day it was given: {_DAY}"),
    _column("sv:evidenceBasis", "code", "what kind of evidence it rests on", "basis"),
    _column("sv:confidence", "code", "low, moderate or high", "confidence"),
    _column("sv:invokes", "code", "the circumstance that excuses", "circumstance"),
    _column("sv:supportedBy", "thing", "evidence for it", *EVIDENCE),
    _column("sv:opposedBy", "thing", "evidence against it", *EVIDENCE),
    _column("sv:coversParty", "thing", "whose behavior is on record in full", *PARTY),
    _column("sv:coversBehavior", "code", "which behavior", "behavior"),
    _column("sv:coversFrom", "day", f"from: {_DAY}"),
    _column("sv:coversUntil", "day", f"until: {_DAY}"),
    _column("sv:signedOn", "day", f"the day of signature: {_DAY}"),
    _column("sv:inForceFrom", "day", f"in force from: {_DAY}"),
    _column("sv:inForceUntil", "day", f"in force until: {_DAY}"),
    _column("sv:supersedes", "thing", "what it replaces", "agreement", "assessment"),
    _column("sv:amends", "thing", "the agreement it changes", "agreement"),
    _column("sv:renews", "thing", "the agreement it prolongs", "agreement"),
    _column("sv:unts", "string", "number in the United Nations Treaty Series"),
    _column("sv:atopId", "string", "number in the ATOP data set"),
    _column("sv:wikidata", "string", "Wikidata number: Q…"),
    _column("sv:securityCoded", "flag", "true only if every security provision of the text was seen and entered"),
    _column("sv:boundFrom", "day", f"the first day that party was bound: {_DAY}"),
    _column("sv:knownBoundFrom", "day", f"a day on which it was bound, if the first is not known: {_DAY}"),
    _column("sv:boundUntil", "day", f"the last day it was bound: {_DAY}"),
    _column("sv:boundAsOf", "day", f"still bound: the last day a source shows it, {_DAY}"),
    _column("sv:evidencedBy", "thing", "the treaty acts that show it", "act"),
    _column("sv:rivalTo", "thing", "the entry it contradicts", "participation"),
    _column("sv:actKind", "code", "signed, ratified, acceded, withdrew …", "actkind"),
    _column("sv:onDate", "day", f"when: {_DAY}"),
    _column("sv:requires", "code", "what must be done", "behavior"),
    _column("sv:forbids", "code", "what must not be done", "behavior"),
    _column("sv:triggeredBy", "code", "what sets it off; empty: always owed", "trigger"),
    _column("sv:bearer", "thing", "who owes it; empty: each party", *PARTY),
    _column("sv:beneficiary", "thing", "to whom; empty: each other party", *PARTY),
    _column("sv:hasCondition", "code", "what must also hold", "circumstance"),
    _column("sv:conditionParty", "thing", "whose act the condition needs", *PARTY),
    _column("sv:hasException", "code", "what excuses", "circumstance"),
    _column("sv:onlyAgainst", "thing", "only against", *PARTY),
    _column("sv:withinPlace", "thing", "only within", "place"),
    _column("sv:onRequest", "flag", "true if only on request"),
    _column("sv:onlyNewOccurrence", "flag", "true if only an occurrence begun since sets it off"),
    _column("sv:respondWithinDays", "number", "days within which to act"),
    _column("sv:standardOfPerformance", "code", "how much is owed", "standard"),
    _column("sv:exempts", "thing", "the party freed", *PARTY),
    _column("sv:groundedIn", "thing", "the provision or act it rests on", "provision", "act"),
    _column("sv:whenInitiator", "thing", "only if this party attacked", *PARTY),
    _column("sv:whenCircumstance", "code", "only if this holds", "circumstance"),
    _column("sv:whenPlace", "thing", "only there", "place"),
    _column("sv:reciprocal", "flag", "true if the others are freed toward it too"),
    _column("sv:under", "thing", "the agreement under which it was done or said", "agreement"),
    _column("sv:iso3", "string", "ISO code of three letters"),
    _column("sv:iso2", "string", "ISO code of two letters"),
    _column("sv:cowCode", "number", "Correlates of War number"),
    _column("sv:cowAbbreviation", "string", "Correlates of War letters"),
    _column("sv:gwCode", "number", "Gleditsch and Ward number"),
    _column("sv:existedFrom", "day", f"existed from: {_DAY}"),
    _column("sv:existedUntil", "day", f"existed until: {_DAY}"),
    _column("sv:successorOf", "thing", "the state it succeeded", "state"),
    _column("sv:publishedBy", "thing", "the publisher, entered in a row of its own", "publisher"),
    _column("sv:publishedOn", "day", f"published on: {_DAY}"),
    _column("sv:retrievedOn", "day", f"the day you saw it: {_DAY}"),
    _column("sv:sourceKind", "code", "what kind of document", "sourcekind"),
    _column("sv:sourceQuality", "code", "primary, agency, secondary or weak", "quality"),
    _column("dcterms:language", "string", "language of the document: en, ru …"),
    _column("sv:url", "link", "web address"),
    _column("sv:originatesFrom", "thing", "the agency it copies, if it names one", "publisher"),
    _column("sv:writtenBy", "thing", "the author", "person"),
    _column("sv:about", "thing", "what the claim is about", *PARTY, "occurrence", "agreement", "conduct", "obligation"),
    _column("sv:claimStatus", "code", "what became of the claim", "claimstatus"),
    _column("sv:correction", "text", "what is right instead"),
    _column("sv:corroboratedBy", "thing", "what bears it out", "source", "conduct", "occurrence", "provision", "act", "participation"),
    _column("skos:note", "text", "doubts and remarks", name="note"),
    _column("sv:hasSource", "thing", "where you saw it: sources, separated by |", "source", name="source"),
)
COLUMNS = {column.name: column for column in _COLUMNS}
BY_PROPERTY = {column.property: column for column in _COLUMNS}

# What a row can be, in plain words -> class, and the prefix of its names
WHAT = {
    "treaty": ("Treaty", "agreement"),
    "political commitment": ("PoliticalCommitment", "agreement"),
    "agreement": ("Agreement", "agreement"),
    "treaty act": ("TreatyAct", "act"),
    "participation": ("Participation", "participation"),
    "provision": ("Provision", "provision"),
    "positive obligation": ("PositiveObligation", "obligation"),
    "negative obligation": ("NegativeObligation", "obligation"),
    "standing obligation": ("StandingObligation", "obligation"),
    "exemption": ("Exemption", "exemption"),
    "occurrence": ("Occurrence", "occurrence"),
    "action": ("Action", "conduct"),
    "omission": ("Omission", "conduct"),
    "characterization": ("Characterization", "characterization"),
    "assessment": ("Assessment", "assessment"),
    "coverage": ("Coverage", "coverage"),
    "state": ("State", "state"),
    "organization": ("Organization", "org"),
    "non-state actor": ("NonStateActor", "actor"),
    "person": ("Person", "person"),
    "place": ("Place", "place"),
    "publisher": ("Publisher", "publisher"),
    "source": ("Source", "source"),
    "claim": ("Claim", "claim"),
}
REPLACES = "replaces"  # a row that says: these rows stand for a graph of the base

_TREATY = "label title signed_on in_force_from in_force_until supersedes amends renews unts atop_id security_coded of_agreement actor act_kind on_date participant bound_from known_bound_from bound_until bound_as_of evidenced_by rival_to part_of locator quote gist imposed_by requires forbids triggered_by bearer beneficiary has_condition condition_party has_exception only_against within_place on_request respond_within_days standard_of_performance exempts from_obligation grounded_in date_precision note source"
_CASE = "label occurrence_kind initiator target actor recipient against through behavior quantity place began_on ended_on ongoing_on date_precision in_response_to bears_on under part_of gist characterizes as holds claimed_by claimed_on concerns assesses verdict assessor as_of evidence_basis confidence invokes supported_by opposed_by covers_party covers_behavior covers_from covers_until note source"
_PARTY = "label other_names iso3 iso2 cow_code cow_abbreviation gw_code wikidata existed_from existed_until successor_of part_of note source"
_SOURCE = "label title published_by published_on retrieved_on source_kind source_quality language url originates_from written_by locator quote note"
TEMPLATES = {
    "agreement": (
        "treaty|political commitment|agreement|treaty act|participation|provision|positive obligation|negative obligation|standing obligation|exemption",
        _TREATY,
    ),
    "case": ("occurrence|action|omission|characterization|assessment|coverage", _CASE),
    "party": ("state|organization|non-state actor|person|place", _PARTY),
    "source": ("publisher|source", _SOURCE),
}


def template(name: str) -> tuple[list[str], list[Column]]:
    """What the rows of a template can be, and its columns after ``what`` and ``id``."""
    what, columns = TEMPLATES[name]
    return what.split("|"), [COLUMNS[column] for column in columns.split()]


def plain(word: str) -> str:
    """A header or a kind as people type it, made comparable: ``Began On`` and ``beganOn`` -> ``began on``."""
    return re.sub(r"[\s_-]+", " ", snake(word.strip())).strip().casefold()


KINDS_BY_WORD = {plain(word): found for word, found in WHAT.items()}


@lru_cache(maxsize=1)
def codes() -> dict[str, dict[str, str]]:
    """Prefix of a code list -> code -> English label, from the packaged lists."""
    lists = {f"{CODE}{name}/": prefix for prefix, name in LISTS.items()}
    found: dict[str, dict[str, str]] = {prefix: {} for prefix in LISTS}
    label = "http://www.w3.org/2004/02/skos/core#prefLabel", PREFIXES["rdfs"] + "label"
    for path in sorted((folder("ontology") / "schemes").glob("*.ttl")):
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            if not isinstance(quad.subject, ox.NamedNode) or not isinstance(quad.object, ox.Literal) or quad.predicate.value not in label:
                continue
            space, _, code = quad.subject.value.rpartition("/")
            if f"{space}/" in lists and quad.object.language in (None, "en"):
                found[lists[f"{space}/"]].setdefault(code, quad.object.value)
    return found


def what_of(classes: list[str]) -> str | None:
    """Class IRIs -> ``positive obligation|standing obligation``; None where there is no word for one of them."""
    words = {SV + local: word for word, (local, _) in WHAT.items()}
    if not all(name in words for name in classes):
        return None
    return "|".join(word for word in WHAT if SV + WHAT[word][0] in classes)


def header(prop: str) -> str:
    """The column of a property: its plain name, else the property as a prefixed name or as <IRI>."""
    if prop in BY_PROPERTY:
        return BY_PROPERTY[prop].name
    name = short(prop)
    return name if name != prop and expand(name) == prop else f"<{prop}>"


def kind_prefix(iri: str) -> str | None:
    """The prefix of a thing's kind: ``state`` of ``…/id/state/FRA``; None outside the pattern."""
    prefix, colon, _ = short(iri).partition(":")
    return prefix if colon and prefix in KINDS else None
