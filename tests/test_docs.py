"""The documentation is fresh, complete, and its links lead somewhere."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "docs"))

import generate  # noqa: E402
import reference_errors  # noqa: E402
import reference_ontology  # noqa: E402

from kg.catalog import queries  # noqa: E402
from kg.cli import COMMANDS, main  # noqa: E402
from kg.namespaces import LISTS, local  # noqa: E402
from kg.rules import rule_files  # noqa: E402

REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted(path for path in ROOT.rglob("*.md") if not {".venv", "venv", ".git", "node_modules", ".pytest_cache"} & set(path.relative_to(ROOT).parts))
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def test_generated_pages_are_fresh() -> None:
    """What generate.py would write is what is there."""
    assert sorted(generate.stale()) == []


def test_generating_twice_gives_the_same() -> None:
    """No clock, no order of a set, no path of the machine."""
    assert generate.pages() == generate.pages()


def test_check_says_what_is_stale(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """``--check`` exits 1 and names the file."""
    monkeypatch.setattr(generate, "pages", lambda: {"docs/reference/commands.md": "other"})
    assert generate.main(["--check"]) == 1
    assert "docs/reference/commands.md" in capsys.readouterr().out


def page(name: str) -> str:
    """The text of a reference page."""
    return (REFERENCE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_documented(name: str) -> None:
    """A section for each command, with an example."""
    section = page("commands.md").partition(f"\n## kg {name}\n")[2].partition("\n## ")[0]
    assert f"kg {name}" in section


def test_every_query_is_documented() -> None:
    """A section for each canned query that names its parameters and columns."""
    text = page("queries.md")
    for name, entry in queries().items():
        section = text.partition(f"\n### {name}\n")[2].partition("\n### ")[0]
        assert section, name
        assert section.count("\n| `--") == len(entry["params"]), name
        assert section.partition("Columns: ")[2].partition("\n")[0].count("` (") == len(entry["columns"]), name


def test_every_rule_is_documented_in_order() -> None:
    """Each rule has a section, in order of precedence, with a summary."""
    text = page("rules.md")
    places = [text.index(f"\n### {path.stem}\n") for path in rule_files("00", "zz")]
    assert places and places == sorted(places)
    assert "\n\n\n\n" not in text


def test_every_shape_is_documented() -> None:
    """Each code has a section with a message and a fix, under the anchor that ``kg validate`` names."""
    text = page("shapes.md")
    codes = [local(shape) for shape in reference_ontology.shape_codes(ROOT)]
    assert len(codes) > 100
    for code in codes:
        section = text.partition(f"\n### {code}\n")[2].partition("\n### ")[0]
        assert "> fix:" in section, code


def test_every_term_and_code_is_documented() -> None:
    """Classes and properties with a definition; every code of every list."""
    text = page("ontology.md")
    terms = [
        local(term)
        for term, properties in reference_ontology.schema(ROOT).items()
        if "#" in term and "servanda" in term and any("owl#" in kind for kind in properties.get(reference_ontology._RDF + "type", []))
    ]
    assert len(terms) > 100
    for term in terms:
        section = text.partition(f'<a id="{term}"></a>')[2].partition("\n### ")[0]
        assert len(section.strip().splitlines()) > 2, term
    for name in LISTS.values():
        assert f'<a id="list-{name}"></a>' in text, name


def test_every_error_code_is_documented() -> None:
    """Every code raised in kg/ has a section with when, and exit code; the page has no other."""
    text = page("errors.md")
    raised = {site.code for site in reference_errors.find(ROOT)}
    assert raised == set(re.findall(r"^### (KG-\w+)$", text, re.MULTILINE))
    assert text.count("Exit code ") == len(raised)


def test_error_codes_have_one_meaning() -> None:
    """One code, one exit code."""
    exits: dict[str, set[int]] = {}
    for site in reference_errors.find(ROOT):
        exits.setdefault(site.code, set()).add(site.exit_code)
    assert {code: found for code, found in exits.items() if len(found) > 1} == {}


def anchors(path: Path) -> set[str]:
    """The anchors of a page: of its headings, as GitHub makes them, and those set by hand."""
    text = _FENCE.sub("", path.read_text(encoding="utf-8"))
    found = set(re.findall(r'<a id="([^"]+)">', text))
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        plain = re.sub(r"<[^>]+>|`", "", heading).strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return found


def links(path: Path) -> Iterator[str]:
    """The links of a page to files of the project."""
    for target in _LINK.findall(_FENCE.sub("", path.read_text(encoding="utf-8"))):
        if not re.match(r"[a-z]+:", target):
            yield target


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    """Every relative link names a file that exists, and an anchor that it has."""
    for target in links(path):
        name, _, anchor = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        assert there.exists(), f"{path}: {target}"
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), f"{path}: {target}"


def test_docs_name_no_machine() -> None:
    """No path of a workplace and no address of a package registry."""
    for path in PAGES:
        assert not re.search(r"/home/|/root/|pypi\.org|/tmp/\w", path.read_text(encoding="utf-8")), path


def examples() -> Iterator[tuple[str, list[str]]]:
    """Each command of a ``console`` block, with the lines that the page shows of its output."""
    for path in PAGES:
        for block in re.findall(r"^```console\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, *shown = part.splitlines()
                yield command, [line for line in shown if line.strip() and line.strip() != "…"]


@pytest.mark.parametrize(("command", "shown"), [pytest.param(*example, id=example[0]) for example in sorted(examples())])
def test_examples_run(command: str, shown: list[str], store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command shown runs, and prints what the page shows, in that order."""
    if " plot " in command:
        pytest.importorskip("matplotlib", reason="the extra 'plot' is not installed")
    monkeypatch.setenv("KG_STORE", str(store))
    monkeypatch.chdir(tmp_path)
    program, *words = shlex.split(command)
    assert program == "kg"
    assert main(words) == 0
    lines = iter(capsys.readouterr().out.splitlines())
    for line in shown:
        assert line.rstrip() in (found.rstrip() for found in lines), line
