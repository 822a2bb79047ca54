"""``kg validate``: places, text, formats, kinds of input, hostile input, and the checks beyond the shapes."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pyoxigraph as ox
import pytest

from kg.check.files import Refused, Report, check
from kg.check.findings import clean, listing
from kg.check.findings_formats import github, junit, sarif, shacl_report
from kg.check.lint_index import nearest
from kg.check.lint_table import CHECKS
from kg.errors import InputError
from kg.intake.lines import Lines
from kg.intake.locate import locate
from kg.intake.node_positions import CONTEXT
from kg.intake.positions import read_positions
from kg.intake.take import MAX_TRIPLES, take
from kg.namespaces import local
from kg.query import Base
from kg.resources import folder
from kg.validate import shapes, validate_triples

FIXTURES = Path(__file__).parent / "fixtures" / "shapes"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SH = "http://www.w3.org/ns/shacl#"
PREFIXES = """@prefix sv: <https://w3id.org/servanda/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix state: <https://w3id.org/servanda/id/state/> .
@prefix occurrence: <https://w3id.org/servanda/id/occurrence/> .
@prefix agreement: <https://w3id.org/servanda/id/agreement/> .
@prefix source: <https://w3id.org/servanda/id/source/> .
@prefix behavior: <https://w3id.org/servanda/code/behavior/> .
"""
TOP = PREFIXES.count("\n")


@pytest.fixture(scope="module")
def base(world: Path) -> Base:
    return Base(world)


def run(world: Path, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "kg", "validate", *words, "--store", str(world)], input=given, capture_output=True, check=False)


def report_on(base: Base, tmp_path: Path, body: str, name: str = "case.ttl") -> Report:
    path = tmp_path / name
    path.write_text(PREFIXES + body, encoding="utf-8")
    return check([path], base)


def found(report: Report) -> list[tuple[str, int, int]]:
    return [(result.code, (result.line or 0) - TOP, result.column or 0) for result in report.results]


# Every shape's failing fixture, on the right line


@pytest.mark.slow
@pytest.mark.parametrize("code", sorted(shapes()))
def test_failing_fixture_is_reported_on_its_line(code: str) -> None:
    path = FIXTURES / code / "fail.ttl"
    taken = take(path)
    results = [result for result in locate(validate_triples(taken.document.triples), [taken]) if result.code == code]
    assert len({result.focus for result in results}) == 1
    text = path.read_text(encoding="utf-8")
    written = [row for row in read_positions(text, path.as_uri()).triples if row.subject.value == results[0].focus]
    for result in results:
        assert result.file and result.line and result.column
        at = Lines(text).offset(result.line, result.column)
        (here, *_) = [row for row in written if at in (row.subject_at, row.predicate_at, row.object_at)]
        on_path = [row for row in written if row.predicate.value == result.path]
        if on_path:
            assert here in on_path and at != here.subject_at
            if result.value in [row.object.value for row in on_path]:
                assert (here.object.value, here.object_at) == (result.value, at)
        elif result.path:
            assert at == here.subject_at  # what is missing is missing from the thing


# Text


def test_text_shows_the_line_with_a_caret_the_names_the_fix_and_the_page(world: Path, tmp_path: Path) -> None:
    path = tmp_path / "case.ttl"
    path.write_text(PREFIXES + 'occurrence:2020-x a sv:Occurrence ;\n  rdfs:label "日本"@en ; sv:beganOn "2020-02-30"^^xsd:date .\n', encoding="utf-8")
    done = run(world, str(path))
    text = done.stdout.decode()
    assert done.returncode == 1
    assert f"{path}:{TOP + 2}:35: error SV-TH09 This is not a valid day." in text
    row, caret = text[text.index("SV-TH09") :].splitlines()[1:3]
    assert row.endswith('sv:beganOn "2020-02-30"^^xsd:date .')
    assert caret.rstrip().endswith("^" * len('"2020-02-30"'))
    assert caret.index("^") == row.index('"2020') + 2  # two wide letters stand before
    assert 'about: occurrence:2020-x ("日本"), sv:beganOn, 2020-02-30' in text
    assert "fix: Write the day as" in text and "page: docs/reference/shapes.md#sv-th09" in text
    assert re.search(r"1 file: does not conform \(\d+ errors?, \d+ warnings?, \d+ notes?; engine rudof\)", text)


def test_of_two_days_alike_the_one_that_is_no_date_is_named(base: Base, tmp_path: Path) -> None:
    """Found by the generated faults: the engine names no property of a choice, and the first with that text was taken."""
    body = 'occurrence:x a sv:Occurrence ;\n    sv:beganOn "2010-11-23"^^xsd:date ;\n    sv:endedOn "2010-11-23" .\n'
    found = [result for result in report_on(base, tmp_path, body).results if result.code == "SV-TH09"]
    assert [(result.line, (result.path or "").rpartition("#")[2]) for result in found] == [(TOP + 3, "endedOn")]


def test_many_of_one_code_are_counted(base: Base, tmp_path: Path) -> None:
    body = "".join(f'occurrence:2020-{n} sv:datePrecision "weeks" .\n' for n in range(9))
    report = report_on(base, tmp_path, body)
    text = listing(report.results, taken=report.taken, per_code=5)
    assert text.count("error SV-TH10") == 5
    assert "4 more SV-TH10" in text
    assert listing(report.results, taken=report.taken).count("error SV-TH10") == 9


def test_nothing_in_a_file_can_steer_the_terminal(world: Path, tmp_path: Path) -> None:
    path = tmp_path / "case.ttl"
    path.write_text(PREFIXES + 'occurrence:x sv:datePrecision "\x1b[2J\u202e\x9b" .\n', encoding="utf-8")
    text = run(world, str(path)).stdout.decode()
    assert "SV-TH10" in text
    assert not any(sign in text for sign in "\x1b\u202e\x9b")
    assert clean("a\tb\x07") == "a b?"


def test_long_lines_are_cut_around_the_caret(base: Base, tmp_path: Path) -> None:
    report = report_on(base, tmp_path, f'occurrence:x rdfs:comment "{"y" * 5000}" ; sv:datePrecision "week" ; rdfs:comment "{"z" * 5000}" .\n')
    (text,) = [part for part in listing(report.results, taken=report.taken).split("\n\n") if "SV-TH10" in part]
    row, caret = text.splitlines()[1:3]
    assert len(row) < 130
    assert row[caret.index("^") :].startswith('"week"')


# Formats

FAULTY = 'occurrence:2020-x a sv:Occurrence ;\n  rdfs:label "x, 100%"@en ; sv:beganOn "2020-02-30"^^xsd:date ;\n  sv:datePrecision "week\u0007" ; sv:hasSource source:nowhere .\n'


def test_json_is_as_the_contract_says(world: Path, tmp_path: Path) -> None:
    path = tmp_path / "case.ttl"
    path.write_text(PREFIXES + FAULTY.replace("\u0007", ""), encoding="utf-8")
    done = run(world, str(path), "--format", "json")
    document = json.loads(done.stdout)
    assert done.returncode == 1
    assert set(document) == {"schema", "data_version", "ruleset", "as_of", "conforms", "counts", "engine", "results"}
    assert all(set(row) == {"code", "severity", "file", "line", "column", "focus", "path", "value", "message", "fix", "doc"} for row in document["results"])
    assert document["counts"]["violation"] == len([row for row in document["results"] if row["severity"] == "violation"]) > 2


def test_github_annotations_escape_what_would_end_them(base: Base, tmp_path: Path) -> None:
    lines = github(report_on(base, tmp_path, FAULTY, "a,b:c.ttl")).splitlines()
    assert all(re.fullmatch(r"::(error|warning|notice) file=[^:,\n]*%2Cb%3Ac.ttl,line=\d+,col=\d+,title=SV-\w+::[^\n]+%0AFix: [^\n]+", line) for line in lines)
    assert len(lines) > 2


def test_junit_counts_failures(base: Base, tmp_path: Path) -> None:
    root = ElementTree.fromstring(junit(report_on(base, tmp_path, FAULTY)))
    suite = root.find("testsuite")
    assert suite is not None
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure")) > 2
    good = ElementTree.fromstring(junit(check([Path(__file__).parent / "fixtures" / "world" / "record.ttl"], base)))
    assert [case.attrib["name"] for case in good.iter("testcase")] == ["conforms"]


def test_validation_report_is_standard(base: Base, tmp_path: Path) -> None:
    report = report_on(base, tmp_path, FAULTY)
    store = ox.Store()
    store.load(shacl_report(report).encode(), format=ox.RdfFormat.TURTLE)
    rows = list(
        store.query(
            f"SELECT ?f ?c WHERE {{ ?r a <{SH}ValidationReport> ; <{SH}conforms> false ; <{SH}result> ?x . ?x a <{SH}ValidationResult> ; <{SH}focusNode> ?f ; <{SH}resultSeverity> ?s ; <{SH}sourceConstraintComponent> ?c ; <{SH}sourceShape> ?h }}"
        )
    )  # type: ignore[arg-type]
    assert len(rows) == sum(max(1, len(result.components)) for result in report.results)
    values = {quad.object for quad in store.quads_for_pattern(None, ox.NamedNode(SH + "value"), None)}
    assert ox.Literal("2020-02-30", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#date")) in values


def test_validation_report_has_every_component_of_a_result(base: Base, tmp_path: Path) -> None:
    """A number of days that is a text breaks two constraints of its shape at once: each is a result of the standard report."""
    body = '<https://w3id.org/servanda/id/obligation/x> a sv:PositiveObligation ; sv:respondWithinDays "soon" .'
    several = [result for result in report_on(base, tmp_path, body).results if len(result.components) > 1]
    assert several
    store = ox.Store()
    store.load(shacl_report(Report(several, "rudof")).encode(), format=ox.RdfFormat.TURTLE)
    told = {
        (
            str(store_value(store, quad.subject, "sourceShape")).rpartition("/")[2].rstrip(">"),
            str(quad.object).removesuffix("ConstraintComponent>").rpartition("#")[2],
        )
        for quad in store.quads_for_pattern(None, ox.NamedNode(SH + "sourceConstraintComponent"), None)
    }
    assert told == {(result.code, component) for result in several for component in result.components}


def store_value(store: ox.Store, subject: Any, name: str) -> Any:
    return next(store.quads_for_pattern(subject, ox.NamedNode(SH + name), None)).object


def sarif_schema(tmp_path: Path) -> Any:
    """The schema of SARIF 2.1.0, from the conformance folder or the npm package that ships it."""
    name = "sarif-2.1.0-rtm.5.json"
    for place in (Path(os.environ.get("KG_CONFORMANCE_DIR", "/nowhere")), Path(__file__).parents[2] / "shared" / "data"):
        path = next(iter(place.rglob(name)), None) if place.is_dir() else None
        if path:
            return json.loads(path.read_text(encoding="utf-8"))
    try:
        packed = subprocess.run(["npm", "pack", "@microsoft/jest-sarif@1.0.0-beta.0"], cwd=tmp_path, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"the schema of SARIF is not here, and npm cannot fetch it: {error}")
    import tarfile

    with tarfile.open(tmp_path / packed.stdout.split()[-1]) as archive:
        member = archive.extractfile(f"package/lib/schemas/{name}")
        assert member is not None
        return json.load(member)


def test_sarif_conforms_to_its_schema(base: Base, tmp_path: Path) -> None:
    schema = sarif_schema(tmp_path)
    for body in (FAULTY, "occurrence:x sv:a .\n", 'occurrence:x rdfs:comment "fine"@en .\n'):
        try:
            report = report_on(base, tmp_path, body, "a b.ttl")
        except Refused as error:
            report = error.report
        log = sarif(report, "1.0.0")
        jsonschema.validate(log, schema, cls=jsonschema.validators.validator_for(schema))
        results = log["runs"][0]["results"]
        assert len(results) == len(report.results)
        assert all(log["runs"][0]["tool"]["driver"]["rules"][row["ruleIndex"]]["id"] == row["ruleId"] for row in results)


# Kinds of input

THING = "https://w3id.org/servanda/id/occurrence/2020-x"
DAY = "https://w3id.org/servanda/ontology#beganOn"
KIND = "https://w3id.org/servanda/ontology#Occurrence"
KINDS = {
    "case.nt": (f'<{THING}> <{TYPE}> <{KIND}> .\n<{THING}> <{DAY}> "x"^^<http://www.w3.org/2001/XMLSchema#date> .\n', (2, 1 + len(f"<{THING}> <{DAY}> "))),
    "case.nq": (
        f'<{THING}> <{TYPE}> <{KIND}> <urn:g> .\n<{THING}> <{DAY}> "x"^^<http://www.w3.org/2001/XMLSchema#date> <urn:g> .\n',
        (2, 1 + len(f"<{THING}> <{DAY}> ")),
    ),
    "case.trig": (f'<urn:g> {{\n <{THING}> a <{KIND}> ;\n  <{DAY}> "x"^^<http://www.w3.org/2001/XMLSchema#date> }}\n', (3, 4 + len(f"<{DAY}>"))),
    "case.jsonld": (
        f'{{"@context": "{CONTEXT}",\n "@id": "occurrence:2020-x",\n "@type": "sv:Occurrence",\n "sv:beganOn": {{"@type": "xsd:date",\n  "@value": "x"}}}}\n',
        (5, 13),
    ),
    "case.rdf": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:sv="https://w3id.org/servanda/ontology#">\n'
        f'<!-- é -->\n<sv:Occurrence rdf:about="{THING}">\n  <sv:beganOn rdf:datatype="http://www.w3.org/2001/XMLSchema#date">x</sv:beganOn>\n</sv:Occurrence></rdf:RDF>\n',
        (4, 3),
    ),
}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_each_kind_of_file_is_read_and_placed(name: str, base: Base, tmp_path: Path) -> None:
    text, place = KINDS[name]
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    (result,) = [result for result in check([path], base).results if result.code == "SV-TH09"]
    assert (result.line, result.column) == place


def test_standard_input_is_turtle_or_what_is_said(world: Path) -> None:
    done = run(world, "-", given=(PREFIXES + 'occurrence:x sv:datePrecision "week" .').encode())
    assert done.returncode == 1 and f"-:{TOP + 1}:31: error SV-TH10".encode() in done.stdout
    done = run(world, "-", "--input", "jsonld", given=KINDS["case.jsonld"][0].encode())
    assert b"-:5:13: error SV-TH09" in done.stdout


def test_a_key_of_json_that_means_nothing_is_told(base: Base, tmp_path: Path) -> None:
    path = tmp_path / "case.jsonld"
    path.write_text(f'{{"@context": "{CONTEXT}", "@id": "occurrence:2020-x", "@type": "sv:Occurrence",\n "beganOn": "2020-01-01"}}', encoding="utf-8")
    assert ("SV-LN02", 2, 2) in [(result.code, result.line, result.column) for result in check([path], base).results]


# Hostile and broken input

DEEP = 200_000
HOSTILE: dict[str, tuple[bytes, str, str]] = {
    "empty.ttl": (b"", "KG-IN10", "empty"),
    "spaces.ttl": (b" \n\n", "KG-IN10", "empty"),
    "comment.ttl": (b"# nothing\n", "KG-IN10", "states nothing"),
    "nothing.jsonld": (b"{}", "KG-IN10", "states nothing"),
    "latin.ttl": (b'<urn:a> <urn:b> "\xe9" .', "KG-IN13", "UTF-8"),
    "sixteen.ttl": ('<urn:a> <urn:b> "x" .'.encode("utf-16"), "KG-IN13", "UTF-8"),
    "binary.ttl": (bytes(range(256)) * 100, "KG-IN13", "UTF-8"),
    "zeros.ttl": (b"\x00" * 100_000, "KG-IN04", ""),
    "nonsense.ttl": (b"lorem ipsum " * 100_000, "KG-IN04", ""),
    "case.docx": (b"x", "KG-IN03", "unknown kind"),
    "json.ttl": (b'{"@id": "urn:a"}', "KG-IN04", "like .jsonld"),
    "turtle.jsonld": (b"@prefix a: <urn:a> .", "KG-IN04", ""),
    "xml.ttl": (b'<?xml version="1.0"?><a/>', "KG-IN04", "like .rdf"),
    "deep.ttl": (b"<urn:a> <urn:b> " + b"[ <urn:b> " * DEEP, "KG-IN04", "nested"),
    "lists.ttl": (b"<urn:a> <urn:b> " + b"(" * DEEP, "KG-IN04", "nested"),
    "quoted.ttl": (b"<urn:a> <urn:b> " + b"<<( <urn:a> <urn:b> " * DEEP, "KG-IN15", ""),
    "triple.ttl": (b"<urn:a> <urn:b> <<( <urn:a> <urn:b> 1 )>> .", "KG-IN15", "RDF 1.2"),
    "deep.jsonld": (b'{"@id":"urn:a","urn:p":' + b"[" * DEEP, "KG-IN04", "nested"),
    "deep.rdf": (b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="urn:e#">' + b"<rdf:Description><e:p>" * DEEP, "KG-IN04", "nested"),
    "lol.rdf": (b'<!DOCTYPE r [<!ENTITY a "lol"><!ENTITY b "' + b"&a;" * 1000 + b'">]><r>&b;</r>', "KG-IN04", "entities"),
    "external.rdf": (b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>', "KG-IN04", "entities"),
    "remote.jsonld": (b'{"@context": "http://127.0.0.1:1/context", "@id": "urn:a"}', "KG-IN04", "elsewhere"),
    "import.jsonld": (b'{"@context": {"@import": "http://127.0.0.1:1/c"}, "@id": "urn:a", "urn:b": 1}', "KG-IN04", "elsewhere"),
    "blank.ttl": (b"<urn:a> <urn:b> 1 ,\n [] .", "KG-IN07", "blank node"),
    "blanks.ttl": (b"<urn:a> <urn:b> " + b"[]," * 300_000 + b"[] .", "KG-IN07", "blank node"),
    "many.nt": (b"".join(b"<urn:a> <urn:b> <urn:%d> .\n" % n for n in range(MAX_TRIPLES + 1)), "KG-IN14", "more than"),
}


def listing_of(folder_: Path) -> set[str]:
    return {str(path.relative_to(folder_)) for path in folder_.rglob("*")}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_file_is_refused(name: str, base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, code, words = HOSTILE[name]
    path = tmp_path / name
    path.write_bytes(data)
    monkeypatch.setattr(socket, "socket", no_network)
    before = listing_of(tmp_path)
    with pytest.raises(InputError) as caught:
        check([path], base)
    assert caught.value.exit_code == 3
    assert (caught.value.code, words in caught.value.message) == (code, True), caught.value
    assert caught.value.fix
    assert listing_of(tmp_path) == before


def no_network(*_: object, **__: object) -> None:
    raise AssertionError("something asked for the network")


def test_what_is_no_plain_file_is_refused_at_once(base: Base, tmp_path: Path) -> None:
    (tmp_path / "folder.ttl").mkdir()
    (tmp_path / "dangling.ttl").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop.ttl").symlink_to(tmp_path / "loop.ttl")
    os.mkfifo(tmp_path / "pipe.ttl")
    for name, code in (
        ("folder.ttl", "KG-IN11"),
        ("pipe.ttl", "KG-IN11"),
        ("dangling.ttl", "KG-IN06"),
        ("loop.ttl", "KG-IN06"),
        ("missing.ttl", "KG-IN06"),
        ("missing.docx", "KG-IN06"),
        ("a\0b.ttl", "KG-IN06"),
    ):
        with pytest.raises(InputError) as caught:
            check([tmp_path / name], base)
        assert caught.value.code == code, name
    with pytest.raises(InputError, match="device"):
        take(Path("/dev/zero"), "turtle")


def test_a_file_that_is_too_big_is_refused_after_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "big.nt"
    with path.open("wb") as file:
        file.truncate(2**30)  # a gigabyte of nothing, on no disk
    with pytest.raises(InputError, match="MiB"):
        take(path)


def test_endless_standard_input_is_refused(world: Path) -> None:
    with Path("/dev/zero").open("rb") as endless:
        done = subprocess.run([sys.executable, "-m", "kg", "validate", "-", "--store", str(world)], stdin=endless, capture_output=True, check=False)
    assert done.returncode == 3 and b"KG-IN12" in done.stderr


def test_huge_literal_is_shown_short(world: Path, tmp_path: Path) -> None:
    path = tmp_path / "case.ttl"
    path.write_text(f'{PREFIXES}occurrence:x sv:datePrecision "{"y" * 5_000_000}" .', encoding="utf-8")
    done = run(world, str(path))
    assert done.returncode == 1 and len(done.stdout) < 10_000


def test_a_link_to_a_file_is_read(base: Base, tmp_path: Path) -> None:
    (tmp_path / "real.ttl").write_text(PREFIXES + 'occurrence:x sv:datePrecision "week" .', encoding="utf-8")
    (tmp_path / "link.ttl").symlink_to(tmp_path / "real.ttl")
    assert not check([tmp_path / "link.ttl"], base).conforms


def test_several_mistakes_of_grammar_and_the_other_files_are_reported(world: Path, tmp_path: Path) -> None:
    broken, other = tmp_path / "broken.ttl", tmp_path / "other.ttl"
    broken.write_text(PREFIXES + 'occurrence:a sv:datePrecision "x\noccurrence:b sv:datePrecision 1 2 .\n', encoding="utf-8")
    other.write_text(PREFIXES + 'occurrence:x sv:datePrecision "week" .', encoding="utf-8")
    done = run(world, str(broken), str(other), "--format", "json")
    rows = json.loads(done.stdout)["results"]
    assert done.returncode == 3
    assert [(row["code"], row["line"] - TOP, row["column"]) for row in rows if row["file"] == str(broken)] == [("KG-IN04", 1, 31), ("KG-IN04", 2, 33)]
    assert [row["code"] for row in rows if row["file"] == str(other) and row["code"] == "SV-TH10"]
    assert json.loads(done.stderr)["error"]["code"] == "KG-IN04"


# Checks beyond the shapes

LABELED = 'occurrence:2020-x a sv:Occurrence ; rdfs:label "A quite new thing"@en'
LINT = {
    "SV-LN01": ("occurrence:2020-x rdfs:seeAlso state:AAAA .", (1, 32), "Did you mean state:AAA"),
    "SV-LN02": ("occurrence:2020-x a sv:Occurence .", (1, 21), "Did you mean sv:Occurrence"),
    "SV-LN03": ("state:AAA owl:deprecated true ; dcterms:isReplacedBy state:BBB .\noccurrence:2020-x rdfs:seeAlso state:AAA .", (2, 32), "Use state:BBB."),
    "SV-LN04": (f"{LABELED} .\noccurrence:2020-y a sv:Occurrence ; rdfs:label 'A quite, new THING'@en .", (2, 1), "use the existing name"),
    "SV-LN05": ("sv:Treaty rdfs:comment 'x'@en .", (1, 1), "propose new terms"),
    "SV-LN08": ('<https://w3id.org/servanda/id/characterization/x> a sv:Characterization ;\n rdfs:label "Ardania: it was peace"@en .', (2, 13), "Add sv:claimedBy state:AAA"),
    "SV-LN06": ('source:new sv:publishedOn "2020-01-01"^^xsd:date , "2020-01-02"^^xsd:date .', (1, 52), "Find out which is right"),
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(LINT))
def test_check_beyond_the_shapes_finds_its_fault_at_its_place(code: str, base: Base, tmp_path: Path) -> None:
    body, (line, column), fix = LINT[code]
    report = report_on(base, tmp_path, body)
    rows = [result for result in report.results if result.code == code]
    assert rows, [(result.code, result.line, result.column, result.message) for result in report.results]
    assert rows[0].line == line + TOP and fix in rows[0].fix
    assert rows[0].column == column
    assert rows[0].doc == f"docs/reference/checks.md#{code.lower()}"


@pytest.mark.parametrize("label", ["Ardania, or so one hears: it was peace", "The Tribune: it was peace", "Ardania was at peace"])
def test_no_claimant_is_missed_where_the_label_names_none(label: str, base: Base, tmp_path: Path) -> None:
    report = report_on(base, tmp_path, f'<https://w3id.org/servanda/id/characterization/x> a sv:Characterization ; rdfs:label "{label}"@en .')
    assert "SV-LN08" not in [result.code for result in report.results]


def test_a_change_to_what_another_file_states_is_told(base: Base, tmp_path: Path) -> None:
    quad = next(base.store.quads_for_pattern(None, ox.NamedNode("https://w3id.org/servanda/ontology#beganOn"), None))
    report = report_on(base, tmp_path, f'{quad.subject} sv:beganOn "1950-05-05"^^xsd:date .')
    assert "SV-LN06" in [result.code for result in report.results]
    code = next(q for q in base.store.quads_for_pattern(None, ox.NamedNode("https://w3id.org/servanda/ontology#locator"), None))
    report = report_on(base, tmp_path, f'{code.subject} sv:locator "Article 99" .')
    assert "SV-LN07" in [result.code for result in report.results]


def test_the_world_raises_no_alarm(base: Base) -> None:
    report = check(sorted((Path(__file__).parent / "fixtures" / "world").rglob("*.ttl")), base)
    assert [(result.code, result.file, result.line, result.message) for result in report.results if result.code.startswith("SV-LN")] == []


def test_every_check_is_documented() -> None:
    page = (folder("ontology").parent / "docs" / "reference" / "checks.md").read_text(encoding="utf-8")
    for check_ in CHECKS.values():
        assert f"## {check_.code}" in page
        assert check_.message in page and check_.fix in page and check_.when in page


def test_what_is_spelled_alike_and_begins_alike_comes_first() -> None:
    states = [f"https://w3id.org/servanda/id/state/{code}" for code in ("AUS", "AUT", "LUX", "SAU", "FRA")]
    assert [local(iri) for iri in nearest("AUX", states)] == ["AUS", "AUT", "LUX"]
    assert nearest("QQQ", states) == nearest("QQQ", []) == []
