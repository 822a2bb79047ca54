"""kg whatif: who would owe what, under which words, on one day; nothing stored; bad input refused."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from conftest import Run, flat
from jsonschema import Draft202012Validator

from kg.explain.facts import Record
from kg.namespaces import local
from kg.query import Base
from kg.whatif.duties import whatif
from kg.whatif.text import text

SCHEMA = Draft202012Validator(json.loads((Path(__file__).parent.parent / "docs/reference/schemas/whatif.json").read_bytes()))
ATTACK = ["--occurrence", "armed-attack", "--target", "PRK", "--initiator", "USA", "--on", "2027-01-01"]


def who(rows: list[Record]) -> dict[str, Record]:
    return {local(row["owed_by"]): row for row in rows}


def test_north_korea_2027_names_russia_and_china(run: Run) -> None:
    code, out, _ = run("whatif", *ATTACK)
    page = flat(out)
    assert code == 0
    assert "Russia → North Korea: military and other assistance by all means" in page
    assert "China → North Korea: military and other assistance by all means" in page
    assert "“In the event that one of the sides comes under an armed attack" in page
    assert "“In the event of one of the Contracting Parties being subjected to the armed attack" in page
    assert "Only if: state of war" in page
    assert "Unless: beneficiary is aggressor" in page
    assert "condition not known: state of war" in page
    assert "North Korea and Russia last confirmed bound 20" in page


def test_north_korea_2027_as_json(base: Base) -> None:
    doc = whatif("armedAttack", "North Korea", "USA", "2027-01-01", base)
    duties = who(doc["duties"])
    assert set(duties) == {"RUS", "CHN"}
    russia = duties["RUS"]
    assert (russia["duty_status"], russia["conditions"], russia["exceptions"], russia["locator"]) == (
        "open",
        ["stateOfWar"],
        ["beneficiaryIsAggressor"],
        "Article 4",
    )
    assert russia["last_confirmed"] < "2027-01-01"
    assert duties["CHN"]["exceptions"] == []
    assert [error.message for error in SCHEMA.iter_errors(json.loads(json.dumps(doc)))] == []


def test_iran_2027_names_no_duty_to_defend_and_says_what_there_is(base: Base) -> None:
    doc = whatif("armed-attack", "IRN", "USA", "2027-01-01", base)
    assert doc["duties"] == []
    assert {(local(row["owed_by"]), row["nature"], row["locator"]) for row in doc["instead"]} >= {
        ("RUS", "forbids", "Article 3(3)"),
        ("RUS", "requires", "Article 3(3)"),
    }
    assert {"RUS", "CHN"} <= {local(row["party"]) for row in doc["without_defense"]}
    page = flat(text(doc))
    assert "Nobody: the record names no duty to defend Iran" in page
    assert "WHAT THERE IS INSTEAD" in page
    assert "China: China–Iran 25-year cooperation program (2021) (words not seen, nothing coded)." in page
    assert [error.message for error in SCHEMA.iter_errors(json.loads(json.dumps(doc)))] == []


def test_the_law_of_the_day_is_asked(base: Base) -> None:
    june = whatif("airStrikes", "IRN", "ISR", "2025-06-13", base)
    assert {"rus-irn-2001": "owed"}.items() <= {local(row["agreement"]): row["duty_status"] for row in june["instead"]}.items()
    assert {"rus-irn-2025": "notInForce"}.items() <= {local(row["agreement"]): row["duty_status"] for row in june["ruled_out"]}.items()
    old = whatif("armed-attack", "PRK", "USA", "2024-12-03", base)
    assert "rus-prk-2024" not in {local(row["agreement"]) for row in old["duties"]}
    assert "rus-prk-2024" in {local(row["agreement"]) for row in whatif("armed-attack", "PRK", "USA", "2024-12-04", base)["duties"]}


def test_assumptions_change_the_status(base: Base) -> None:
    def russia(*assume: str) -> Record:
        rows = whatif("armed-attack", "PRK", "USA", "2025-06-01", base, assume=assume, owed_by="RUS")
        return next(iter([*rows["duties"], *rows["ruled_out"]]))

    assert russia()["duty_status"] == "open"
    assert russia("stateOfWar")["duty_status"] == "owed"
    denied = russia("state-of-war=false")
    assert (denied["duty_status"], denied["status_reasons"]) == ("notTriggered", ["assumed not to hold: state of war"])
    assert russia("stateOfWar", "beneficiaryIsAggressor")["excused_by"] == ["beneficiaryIsAggressor"]


def test_a_place_decides_where_a_duty_has_an_area(base: Base) -> None:
    def poland(place: str | None) -> Record:
        doc = whatif("armed-attack", "POL", "RUS", "2025-09-20", base, place=place, owed_by="USA")
        return next(iter([*doc["duties"], *doc["ruled_out"]]))

    assert "the place is not known" in poland(None)["status_reasons"][0]
    assert poland("Poland")["duty_status"] == "owed"
    assert poland("JPN")["duty_status"] == "notTriggered"


def test_a_promise_for_a_future_attack(base: Base) -> None:
    doc = whatif("armedAttack", "UKR", "RUS", "2025-06-01", base, assume=["requested"])
    rows = {local(row["obligation"]): row for row in [*doc["duties"], *doc["instead"]]}
    for duty in ("fra-ukr-2024-iii-aid-aid", "deu-ukr-2024-vi-2-aid", "usa-ukr-2024-meet-attack"):
        assert rows[duty]["duty_status"] == "owed", duty
        assert "Only by one that begins while both are bound." in rows[duty]["words"]


def test_nothing_is_stored(run: Run, store: Path) -> None:
    def bytes_of() -> dict[str, bytes]:
        return {str(path.relative_to(store)): path.read_bytes() for path in sorted(store.rglob("*")) if path.is_file()}

    before = bytes_of()
    assert run("whatif", *ATTACK, "--assume", "stateOfWar")[0] == 0
    assert bytes_of() == before


def test_it_is_quick(base: Base) -> None:
    for target, initiator in (("PRK", "USA"), ("POL", "RUS")):
        started = time.process_time()
        whatif("armed-attack", target, initiator, "2027-01-01", base)
        assert time.process_time() - started < 1.5


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (["--occurrence", "armed-atack"], "armedAttack"),
        (["--target", "Atlantis"], "KG-US03"),
        (["--initiator", "PRK"], "cannot be target and initiator at once"),
        (["--on", "2027-13-01"], "KG-US07"),
        (["--place", "Atlantis Sea"], "unknown place"),
        (["--assume", "fullMoon"], "unknown circumstance"),
        (["--assume", "stateOfWar=perhaps"], "neither true nor false"),
        (["--assume", "stateOfWar", "--assume", "stateOfWar=false"], "both to hold and not to hold"),
        (["--assume", "legallyBinding"], "cannot be assumed"),
        (["--owed-by", "Nobody at all"], "KG-US03"),
    ],
)
def test_bad_input_is_exit_2_with_one_message(run: Run, changed: list[str], says: str) -> None:
    code, out, err = run("whatif", *ATTACK, *changed)
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("KG-") == 1
    assert "Traceback" not in err


def test_a_missing_option_is_named(run: Run) -> None:
    code, _, err = run("whatif", "--occurrence", "armed-attack", "--target", "PRK")
    assert code == 2
    assert "--initiator" in err
