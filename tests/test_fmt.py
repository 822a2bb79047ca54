"""The canonical form: same triples, same comments, stable; and a refusal where that cannot be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.cli import main
from kg.errors import InputError
from kg.fmt.canonical import canonical, format_file
from kg.namespaces import ID, PREFIXES, SV
from kg.resources import ROOT

FILE = Path("x.ttl")
HEADER = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())

BEFORE = """# About this file.

PREFIX x: <http://example.org/>
@prefix st: <https://w3id.org/servanda/id/state/> .   # by another name
@prefix sv: <https://w3id.org/servanda/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix unused: <http://example.org/unused#> .

# Section one.

# About Ardania.
st:AAA # beside the name
  sv:hasSource <https://w3id.org/servanda/id/source/b>, # why b
     # why a
     <https://w3id.org/servanda/id/source/a>, <https://w3id.org/servanda/id/source/b> ;
  # its number
  sv:cowCode "2"^^xsd:integer ; rdfs:label 'Ardania'@en ; x:odd true ;
  a sv:State ; # what it is
  # sv:iso3 "AAA" ;
  .
<http://elsewhere.example/ab> x:note '''two
"lines"'''; .
st:AAA sv:existedFrom "1900-01-01"^^<http://www.w3.org/2001/XMLSchema#date> . # once more
# The end.
"""

AFTER = '''# About this file.

@prefix sv: <https://w3id.org/servanda/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix state: <https://w3id.org/servanda/id/state/> .
@prefix source: <https://w3id.org/servanda/id/source/> .
@prefix x: <http://example.org/> .

# by another name

# Section one.

# About Ardania.
state:AAA a sv:State ;  # what it is
    rdfs:label "Ardania"@en ;
    # its number
    sv:cowCode 2 ;
    sv:existedFrom "1900-01-01"^^xsd:date ;  # once more
    # beside the name
    sv:hasSource
        source:b,  # why b
        # why a
        source:a ;
    x:odd true ;
    # sv:iso3 "AAA" ;
    .

<http://elsewhere.example/ab>
    x:note """two
\\"lines\\"""" .

# The end.
'''


def test_the_form_and_where_comments_go() -> None:
    assert canonical(FILE, BEFORE.encode()).decode() == AFTER


def test_a_file_just_begun_keeps_its_prefixes() -> None:
    assert canonical(FILE, HEADER.encode()) == HEADER.encode()


def test_the_form_is_stable() -> None:
    assert canonical(FILE, AFTER.encode()).decode() == AFTER


@pytest.mark.parametrize("name", ["data", "ontology", "shapes", "tests/fixtures"])
def test_every_file_of_ours_has_a_stable_form(name: str) -> None:
    for path in sorted((ROOT / name).rglob("*.ttl")):
        try:
            made = canonical(path, path.read_bytes())
        except InputError as error:
            assert error.code == "KG-IN04" and "fixtures" in str(path), path  # a fixture that is wrong on purpose
            continue
        assert canonical(path, made) == made, path


WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
COMMENT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=8).map(lambda words: f"# {words}\n")
GAP = st.one_of(st.sampled_from([" ", "\n", "\n\n", "\t"]), COMMENT.map(lambda comment: " " + comment), COMMENT.map(lambda comment: "\n" + comment))
NODES = st.sampled_from(["state:AAA", "source:b-1", "<http://example.org/x>", "<urn:a:b>", "_:n", "[]", "()", "true", "12", "1.5", "-2e3", "state:a.b", "sv:x"])
LITERALS = st.builds(
    lambda words, tail: str(ox.Literal(words)) + tail,
    WORDS,
    st.sampled_from(["", "@en", "@zh-Hant", "^^xsd:date", "^^<urn:t>", "^^xsd:integer", "^^xsd:boolean"]),
)
OBJECTS = st.recursive(
    NODES | LITERALS,
    lambda inner: (
        st.builds(lambda gap, parts: f"({gap}{gap.join(parts)}{gap})", GAP, st.lists(inner, max_size=3))
        | st.builds(lambda gap, verb, part: f"[{gap}{verb} {part}{gap};{gap}a sv:State{gap}]", GAP, st.sampled_from(["sv:p", "rdfs:label"]), inner)
    ),
    max_leaves=4,
)
VERBS = st.sampled_from(["a", "rdfs:label", "sv:hasSource", "<http://example.org/p>", "sv:beganOn", "skos:note", "sv:unheard"])
PAIRS = st.builds(lambda verb, gap, objects: f"{verb}{gap}{f'{gap},{gap}'.join(objects)}{gap}", VERBS, GAP, st.lists(OBJECTS, min_size=1, max_size=3))
SUBJECTS = st.sampled_from(["state:AAA", "state:BBB", "<http://example.org/s>", "_:n", "[ sv:q 1 ]", "(1 2)", "[]"])
STATEMENTS = st.builds(lambda subject, gap, pairs: f"{subject}{gap}{f';{gap}'.join(pairs)}.{gap}", SUBJECTS, GAP, st.lists(PAIRS, min_size=1, max_size=3))


@given(gap=GAP, statements=st.lists(STATEMENTS, max_size=4))
@settings(deadline=None, max_examples=200)
def test_any_turtle_keeps_its_triples_and_comments_and_settles_at_once(gap: str, statements: list[str]) -> None:
    text = f"{gap}\n{HEADER}{gap}\n{''.join(statements)}"
    made = canonical(FILE, text.encode())  # raises where triples or comments differ
    assert canonical(FILE, made) == made


@given(
    st.permutations(["a sv:State", 'rdfs:label "A"@en', "sv:hasSource source:a", "sv:cowCode 2", 'skos:note "n"@en', 'sv:existedFrom "1900-01-01"^^xsd:date'])
)
@settings(deadline=None)
def test_one_order_whatever_was_written_first(lines: list[str]) -> None:
    made = canonical(FILE, f"{HEADER}state:AAA {' ; '.join(lines)} .".encode()).decode()
    verbs = [line.split()[0] for line in made.splitlines() if line.startswith("    ")]
    assert verbs == ["rdfs:label", "sv:cowCode", "sv:existedFrom", "skos:note", "sv:hasSource"]


REFUSED = {
    "syntax": ("@prefix sv: <x:> .\nsv:a sv:b .", "KG-IN04"),
    "utf-8": (b"\xff\xfe\x00", "KG-IN04"),
    "relative": ("<a> <http://p> 1 .", "KG-FM01"),
    "base": ("@base <http://example.org/> .\n<a> <http://p> 1 .", "KG-FM01"),
    "deep": (f"<urn:a> <urn:p> {'(' * 101}{')' * 101} .", "KG-FM01"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_form_is_refused_and_left_as_it_is(name: str, tmp_path: Path) -> None:
    text, code = REFUSED[name]
    data = text if isinstance(text, bytes) else text.encode()
    path = tmp_path / "x.ttl"
    path.write_bytes(data)
    with pytest.raises(InputError) as refused:
        format_file(path)
    assert refused.value.code == code and refused.value.fix
    assert path.read_bytes() == data


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = tmp_path / "a.ttl", tmp_path / "b.ttl"
    first.write_text(BEFORE)
    second.write_text(AFTER)
    first.chmod(0o640)
    assert main(["fmt", "--check", str(first), str(second)]) == 1
    assert capsys.readouterr().out == f"{first}: not in canonical form\n"
    assert first.read_text() == BEFORE
    assert main(["fmt", str(first), str(second)]) == 0
    assert capsys.readouterr().out == f"{first}: written\n"
    assert first.read_text() == AFTER
    assert first.stat().st_mode & 0o777 == 0o640
    assert main(["fmt", "--check", str(first), str(second)]) == 0
    assert main(["fmt", str(tmp_path / "none.ttl")]) == 3
    assert main(["fmt", str(tmp_path / "x.nt")]) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ttl", "b.ttl"]


def test_standard_input_to_standard_output() -> None:
    done = subprocess.run([sys.executable, "-m", "kg", "fmt", "-"], input=BEFORE, capture_output=True, text=True, check=True)
    assert done.stdout == AFTER


def test_names_are_those_of_the_table() -> None:
    made = canonical(FILE, f"@prefix state: <http://example.org/> .\nstate:x a <{SV}State> ; <{SV}place> <{ID}place/AAA> .".encode()).decode()
    assert "<http://example.org/x> a sv:State" in made and "place:AAA" in made
    assert "@prefix state:" not in made


def test_a_folder_means_every_turtle_file_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "deep").mkdir()
    for path in (tmp_path / "one.ttl", tmp_path / "deep" / "two.ttl"):
        path.write_text(BEFORE)
    (tmp_path / "deep" / "notes.txt").write_text("no Turtle")
    assert main(["fmt", "--check", str(tmp_path)]) == 1
    assert capsys.readouterr().out.count("not in canonical form") == 2
    assert main(["fmt", str(tmp_path)]) == 0
    assert main(["fmt", "--check", str(tmp_path)]) == 0
    (tmp_path / "empty").mkdir()
    assert main(["fmt", str(tmp_path / "empty")]) == 3
