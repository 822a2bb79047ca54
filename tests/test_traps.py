"""Mistakes that hasty sources make and that no single canned query would show. The others are in tests/competency/trap-*.md."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from kg.explain.facts import Facts, Record
from kg.namespaces import SV, local
from kg.query import Base, run
from kg.whatif.duties import whatif

EU_ALONE = "teu-2007"
JAPAN = "usa-jpn-1960"


@pytest.fixture(scope="module")
def base(store: Path) -> Base:
    return Base(store)


def under(agreement: str, rows: list[Record]) -> dict[tuple[str, str], str]:
    """Status of the duties under one agreement, by who owes and who is owed."""
    return {(local(row["owed_by"]), local(row["owed_to"])): row["duty_status"] for row in rows if local(row["agreement"]) == agreement}


@pytest.mark.parametrize(("place", "triggered"), [("JPN", True), ("senkaku-islands", True), ("KOR", False), ("RUS", False), ("USA", False)])
def test_11_japan_is_defended_where_it_administers(base: Base, place: str, triggered: bool) -> None:
    doc = whatif("armedAttack", "JPN", "CHN", "2022-08-01", base, place=place)
    assert under(JAPAN, doc["duties"]) == ({("USA", "JPN"): "owed"} if triggered else {})
    assert under(JAPAN, doc["ruled_out"]) == ({} if triggered else {("USA", "JPN"): "notTriggered"})


def test_11_japan_owes_the_united_states_help_in_japan_only(base: Base) -> None:
    here, elsewhere = (whatif("armedAttack", "USA", "PRK", "2022-08-01", base, place=place, owed_by="JPN") for place in ("JPN", "USA"))
    assert under(JAPAN, here["duties"]) == {("JPN", "USA"): "owed"}
    assert under(JAPAN, elsewhere["duties"]) == {}
    assert under(JAPAN, elsewhere["ruled_out"]) == {("JPN", "USA"): "notTriggered"}


def test_11_akrotiri_is_british_and_not_of_the_union(base: Base) -> None:
    facts = Facts(base.store)
    akrotiri = [iri for iri in facts.of("rdf:type", SV + "Place") if local(iri) == "akrotiri-dhekelia"]
    assert akrotiri
    assert not {local(iri) for iri in facts.all(akrotiri[0], "sv:partOfOrSame")} & {"CYP", "eu-territory"}
    on_cyprus = whatif("armedAttack", "CYP", "IRN", "2026-03-02", base, place="CYP", assume=["aggression"])
    on_the_base = whatif("armedAttack", "CYP", "IRN", "2026-03-02", base, place="akrotiri-dhekelia", assume=["aggression"])
    assert {owed_to for _, owed_to in under(EU_ALONE, on_cyprus["duties"])} == {"CYP"}
    assert not under(EU_ALONE, on_the_base["duties"])
    assert set(under(EU_ALONE, on_the_base["ruled_out"]).values()) == {"notTriggered"}
    british = whatif("armedAttack", "GBR", "IRN", "2026-03-02", base, place="akrotiri-dhekelia", assume=["aggression"])
    assert not under(EU_ALONE, british["duties"] + british["ruled_out"]), "the United Kingdom left the Union in 2020"


def test_3_a_threat_sets_off_consultation_and_no_help(base: Base) -> None:
    for target, other in (("PRK", "RUS"), ("RUS", "PRK")):
        doc = whatif("threat", target, "USA", "2025-01-01", base, owed_by=other)
        assert under("rus-prk-2024", doc["duties"]) == {}
        assert under("rus-prk-2024", doc["instead"]) == {(other, target): "open"}, "open: not asked for yet"


def test_3_performance_and_the_lawfulness_of_the_trigger_are_kept_apart(base: Base) -> None:
    rows = run("status", base, agreement="rus-prk-2024", owed_by=["PRK"], owed_to=["RUS"], kind="militaryAssistance").rows
    assert {row["duty_status"] for row in rows} == {"disputed"}
    assert all("beneficiaryIsAggressor" in map(local, row["status_reasons"]) for row in rows), "who was the aggressor is among what is disputed"
    assert "honored" in {row["verdict"] for row in rows}


def test_promises_for_a_future_attack_do_not_mean_the_war_under_way(base: Base) -> None:
    for agreement, duties in (("fra-ukr-2024", 3), ("deu-ukr-2024", 2), ("usa-ukr-2024", 1)):
        rows = run("status", base, agreement=agreement, owed_to=["UKR"], all=True).rows
        mine = [row for row in rows if local(row["occurrence"] or "") == "2022-02-24-ukraine-invasion"]
        assert len(mine) == duties
        assert {(row["duty_status"], *map(local, row["status_reasons"])) for row in mine} == {("notTriggered", "underWayBefore")}


def test_7_membership_in_brics_obliges_nobody(base: Base) -> None:
    facts = Facts(base.store)
    brics = {iri for iri in facts.of("rdf:type", SV + "Organization") if local(iri) == "BRICS"}
    agreements = {iri for kind in ("Agreement", "Treaty", "PoliticalCommitment") for iri in facts.of("rdf:type", SV + kind)}
    assert brics
    assert not [iri for iri in agreements if "brics" in f"{local(iri)} {facts.label(iri)}".casefold()]


def test_12_the_sanctions_team_is_eleven_states_and_no_body_of_the_united_nations(base: Base) -> None:
    team = "Sanctions Monitoring Team"
    texts = [quad.object.value for quad in base.store.quads_for_pattern(None, None, None) if team in getattr(quad.object, "value", "")]
    assert any("eleven states" in text for text in texts)
    wrong = ("UN Multilateral", "United Nations Multilateral", "UN's Multilateral", "United Nations' Multilateral", f"UN {team}")
    assert not [text for text in texts if any(words in text for words in wrong)]
    organizations = Facts(base.store).of("rdf:type", SV + "Organization")
    assert not [iri for iri in organizations if local(iri) == "MSMT" and Facts(base.store).all(iri, "sv:partOf")]


def test_13_no_state_is_bound_after_its_last_day(base: Base) -> None:
    facts = Facts(base.store)
    ended = {iri: day for iri in facts.of("rdf:type", SV + "State") if (day := facts.one(iri, "sv:existedUntil"))}
    assert len(ended) >= 10
    for state, last in ended.items():
        after = (date.fromisoformat(last) + timedelta(days=1)).isoformat()
        for side in ("owed_by", "owed_to"):
            rows = run("obligations-on", base, on=after, **{side: [local(state)]}).rows
            assert not rows, f"{local(state)} {side} on {after}: {local(rows[0]['agreement'])}"


def test_13_the_ussr_owed_while_it_lasted(base: Base) -> None:
    rows = run("obligations-on", base, on="1991-07-01", owed_by=["SUN"]).rows
    assert {"fin-sun-1948", "sun-prk-1961"} <= {local(row["agreement"]) for row in rows}
