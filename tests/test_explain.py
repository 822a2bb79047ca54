"""kg explain: the chain behind verdicts and expectations of the packaged record, right, complete, and clear about bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from conftest import Run, flat
from jsonschema import Draft202012Validator

from kg.assess import ASSESS, known_from
from kg.engine import OxigraphEngine
from kg.explain.chain import explain
from kg.explain.rulebook import status_rule, status_rules, verdict_rule, verdict_rules
from kg.explain.text import text
from kg.namespaces import PREFIXES, SV, local
from kg.query import Base
from kg.rules import rule_files

KURSK = "rus-prk-2024-art-4-aid--PRK--RUS--2024-08-06-kursk-incursion"
NOT_IN_FORCE = "rus-irn-2025-art-3-3-no-aid--RUS--IRN--2025-06-13-iran-war"
IRAN = "RUS--IRN--2025-06-13-iran-war"
SCHEMA = Draft202012Validator(json.loads((Path(__file__).parent.parent / "docs/reference/schemas/explain.json").read_bytes()))


def everything(base: Base) -> list[str]:
    found = base.engine.select(f"PREFIX sv: <{SV}> SELECT ?x WHERE {{ VALUES ?k {{ sv:Activation sv:Expectation }} ?x a ?k }} ORDER BY ?x")
    return [row[0].value for row in found.rows if row[0] is not None]


def test_kursk_in_words(run: Run) -> None:
    code, out, _ = run("explain", KURSK)
    page = flat(out)
    assert code == 0
    assert "“In the event that one of the sides comes under an armed attack" in page
    assert "2024-12-04 to 2025-04-26" in page
    assert "Done before the duty was due: it does not count:" in page
    assert "beneficiary is aggressor (the one to whom the duty may be owed is the aggressor): affirmed by" in page
    assert "Rule 64-verdict-honored" in page
    assert "Rule 45-status-disputed" in page
    assert "data/agreements/rus-prk-2024.ttl" in page
    assert "data/agreements/nato-1949.ttl" not in page
    assert "not legal advice" in page
    assert "Found a mistake?" in page
    assert max(map(len, (line for line in out.splitlines() if "http" not in line))) <= 100


def test_kursk_as_json(base: Base) -> None:
    doc = explain(KURSK, base)
    assert (doc["kind"], doc["status"], doc["verdict"], doc["contested"]) == ("activation", "disputed", "honored", True)
    assert doc["provision"]["locator"] == "Article 4"
    assert {(row["party"][-3:], row["from"]) for row in doc["bound"]} == {("PRK", "2024-12-04"), ("RUS", "2024-12-04")}
    assert any(act["kind"] == "ratified" for row in doc["bound"] for act in row["acts"])
    roles = {row["role"] for row in doc["conduct"]}
    assert {"performed", "beforeDuty"} <= roles
    assert all(row["from"] < "2024-12-04" for row in doc["conduct"] if row["role"] == "beforeDuty")
    assert any(row["self_served"] for row in doc["claims"])
    assert {row["assessor_kind"] for row in doc["assessments"]} == {"party", "ruleset"}
    assert doc["rule"]["path"] == "queries/rules/64-verdict-honored.rq"
    assert all(source["publisher"] for source in doc["sources"])


def test_signed_but_not_in_force(base: Base) -> None:
    doc = explain(NOT_IN_FORCE, base)
    assert (doc["status"], doc["verdict"], doc["rule"]) == ("notInForce", None, None)
    assert doc["status_rule"]["name"] == "40-status-not-in-force"
    russia = next(row for row in doc["bound"] if row["party"].endswith("/RUS") and not row["rival_to"])
    assert russia["words"].startswith("signed 2025-01-17, bound from 2025-10-02")
    assert russia["words"].endswith("not in force on 2025-06-13 to 2025-06-24")
    assert any(row["rival_to"] and row["claimed_by"] for row in doc["bound"])
    page = flat(text(doc))
    assert "interim duty only (Vienna Convention on the Law of Treaties, Article 18)" in page
    assert "rival dates, claimed by Iran): bound from 2025-07" in page
    assert "Denied by Russia (2025-08-29) that it occurred." in page


def test_contested_verdicts_are_all_in_the_answer(base: Base) -> None:
    page = flat(text(explain("budapest-1994-para-2-no-force--RUS--UKR--standing-1994-12-05", base)))
    answer = page[page.index("THE ANSWER") : page.index("THE WORDS")]
    assert "Contested: the assessors differ." in answer
    assert "✓ honored: says Russia (who owes it)." in answer
    assert "Ukraine (to whom it is owed)" in answer
    assert "breached" in answer


def test_iran_2025_is_no_broken_duty(base: Base) -> None:
    doc = explain(IRAN, base)
    assert (doc["kind"], doc["obligation"], doc["assessments"]) == ("expectation", None, [])
    assert doc["finding"] == (not doc["missing"])
    assert doc["rule"]["name"] == "80-expectation-candidate"
    assert {local(row["id"]): row["in_force"] for row in doc["agreements"]}.items() >= {"rus-irn-2001": "yes", "rus-irn-2025": "no"}.items()
    assert any(
        provision["locator"] == "Article 3(3)" and "shall not provide any military or other assistance to the aggressor" in provision["quote"]
        for provision in doc["provisions"]
    )
    assert {"words", "notGiven"} <= {row["role"] for row in doc["conduct"]}
    assert {(local(row["agreement"]), row["status"] == "notInForce") for row in doc["duties"]} >= {("rus-irn-2001", False), ("rus-irn-2025", True)}
    page = flat(text(doc))
    assert "No agreement in the record obliged Russia to help Iran on those days." in page
    checked = page[page.index("Checked: ") : page.index("In force between the two on those days: ")]
    assert "Russia–Iran Treaty on the Basis of Mutual Relations (2001)" in checked
    assert "Russia–Iran Comprehensive Strategic Partnership Treaty (2025)" in checked
    assert "nothing here is a broken duty" in page


def test_near_misses_name_what_is_missing(base: Base) -> None:
    for iri in everything(base):
        if "/expectation/" in iri:
            doc = explain(iri, base)
            page = flat(text(doc))
            assert all(row["words"] in page for row in doc["missing"])
            assert ("near miss" in doc["title"]) == bool(doc["missing"])


def test_as_of_leaves_out_what_was_not_yet_known(base: Base) -> None:
    doc = explain(KURSK, base, as_of="2025-01-15")
    assert {row["assessor_kind"] for row in doc["assessments"]} == {"ruleset"}
    assert all(row["claimed_on"] is None or row["claimed_on"] <= "2025-01-15" for row in doc["claims"])
    assert any("as known at the record's cut-off" in note for note in doc["notes"])
    before = explain(KURSK, base, as_of="2024-11-01")
    assert (before["verdict"], before["rule"], before["assessments"]) == ("notYetActivated", None, [])
    assert "2027" in explain(KURSK, base, as_of="2027-01-01")["as_of"]


def test_documents_conform_to_the_schema_and_print(base: Base) -> None:
    kinds: dict[tuple[Any, ...], str] = {}
    for iri in everything(base):
        status, reasons = (
            base.engine.select(f"PREFIX sv: <{SV}> SELECT DISTINCT ?o WHERE {{ <{iri}> sv:{name} ?o }} ORDER BY ?o").rows
            for name in ("dutyStatus", "statusReason")
        )
        verdicts = base.engine.select(f"PREFIX sv: <{SV}> SELECT DISTINCT ?o WHERE {{ ?x sv:assesses <{iri}> ; sv:verdict ?o }} ORDER BY ?o").rows
        kinds.setdefault((str(status), str(reasons), str(verdicts)), iri)
    assert len(kinds) > 15
    for iri in kinds.values():
        doc = json.loads(json.dumps(explain(iri, base)))
        assert [error.message for error in SCHEMA.iter_errors(doc)] == []
        assert text(doc).endswith("not legal advice.\n")


def test_the_rule_named_is_the_rule_that_gave_the_verdict(base: Base) -> None:
    """Runs the rules again one by one, and compares which file gave what with what explain says."""
    assert len(verdict_rules()) == len(rule_files("60", "6z"))
    assert len(status_rules()) == len(rule_files("40", "4z"))
    engine = OxigraphEngine()
    given: dict[tuple[str, str], str] = {}
    drop = {f"{SV}dutyStatus", f"{SV}statusReason"}
    engine.store.bulk_extend(q for q in base.store if not q.graph_name.value.endswith("derived/assess") and q.predicate.value not in drop)  # type: ignore[union-attr]
    engine.add(ASSESS, known_from(engine))
    for path in [*rule_files("40", "4z"), *rule_files("50", "6z")]:
        triples = set(engine.construct(path.read_text(encoding="utf-8")))
        engine.add(ASSESS, triples)
        for triple in triples:
            if triple.predicate.value == f"{SV}dutyStatus" or (triple.predicate.value == f"{SV}assesses" and path.name[0] == "6"):
                tested = triple.subject if path.name[0] == "4" else triple.object
                assert isinstance(tested, ox.NamedNode)
                given[tested.value, path.name[0]] = path.stem
    shown: dict[str, str] = {}
    for (activation, kind), rule in sorted(given.items()):
        if kind == "4":
            found = status_rule(one(base, activation, "dutyStatus") or "", all_of(base, activation, "statusReason"))
        else:
            assessment = f"{PREFIXES['assessment']}ruleset-1--{local(activation)}"
            found = verdict_rule(one(base, assessment, "verdict") or "", one(base, assessment, "evidenceBasis") or "")
        assert found is not None, activation
        assert found["name"] == rule, activation
        shown.setdefault(rule, activation)
    assert {"64-verdict-honored", "68-verdict-breached", "60-verdict-not-triggered", "6z-verdict-undetermined"} <= shown.keys()
    for rule, activation in shown.items():
        assert explain(activation, base)["rule" if rule[0] == "6" else "status_rule"]["name"] == rule


def all_of(base: Base, thing: str, name: str) -> list[str]:
    quads = base.store.quads_for_pattern(ox.NamedNode(thing), ox.NamedNode(SV + name), None)
    return sorted(local(quad.object.value) for quad in quads if isinstance(quad.object, ox.NamedNode))


def one(base: Base, thing: str, name: str) -> str | None:
    return next(iter(all_of(base, thing, name)), None)


@pytest.mark.parametrize("word", [IRAN, f"expectation:{IRAN}", PREFIXES["expectation"] + IRAN])
def test_an_id_in_three_forms(base: Base, word: str) -> None:
    assert explain(word, base)["id"] == PREFIXES["expectation"] + IRAN


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["no-such-thing-at-all"], "KG-US09"),
        ([KURSK[:-3]], KURSK),
        (["agreement:rus-irn-2025"], "neither an activation nor an expectation"),
        (["rus-irn-2025"], "did you mean rus-irn-2025-art-"),
        (["rus-prk-2024-art-4-aid"], KURSK),
        ([""], "KG-US09"),
        (["a b > c"], "KG-US09"),
        ([KURSK, "--as-of", "2025-02-30"], "KG-US07"),
        ([KURSK, "--as-of", "yesterday"], "KG-US07"),
        ([], "KG-US11"),
        ([KURSK, "--format", "xml"], "KG-US11"),
    ],
)
def test_bad_input_is_exit_2_with_one_message(run: Run, words: list[str], says: str) -> None:
    code, out, err = run("explain", *words)
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("KG-") == 1
    assert "Traceback" not in err


def test_an_error_as_json(run: Run) -> None:
    code, _, err = run("explain", "nothing", "--format", "json")
    assert code == 2
    assert json.loads(err)["error"]["code"] == "KG-US09"
