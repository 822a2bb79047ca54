"""The page of error codes: from the places that raise them, by AST, and the table of explanations."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from error_table import WHEN

_CODE = re.compile(r"KG-[A-Z]{2}\d\d")
_EXITS = {"UsageError": 2, "refuse": 2, "_thing": 2, "Problem": 1, "problem": 1, "CellError": 1}
_PARTS = {
    "US": "Wrong usage",
    "IN": "Refused input",
    "VA": "Validation",
    "CT": "Contributions",
    "FM": "The canonical form",
    "ST": "The store",
    "EN": "Stores over the network",
    "OU": "Output",
    "NI": "Internal",
}


@dataclass(frozen=True)
class Site:
    """One place that makes an error: its ``code``, ``message`` and ``fix`` with … for what varies, exit code, and file."""

    code: str
    message: str
    fix: str
    exit_code: int
    file: str


def errors(root: Path) -> str:
    """The page. Raises SystemExit where a code lacks an explanation, or an explanation its code."""
    sites: dict[str, list[Site]] = defaultdict(list)
    for site in find(root):
        sites[site.code].append(site)
    missing, unused = sorted(sites.keys() - WHEN.keys()), sorted(WHEN.keys() - sites.keys())
    if missing:
        raise SystemExit(f"docs/error_table.py explains no {', '.join(missing)}")
    if unused:
        raise SystemExit(f"docs/error_table.py explains {', '.join(unused)}, which nothing in kg/ raises")
    out = [
        "# Error codes\n",
        "Every refusal has a code, says what is wrong and where, and how to mend it. … stands for what varies. Violations of data have [codes of their own](shapes.md).",
    ]
    last = ""
    for code in sorted(sites, key=lambda code: (list(_PARTS).index(code[3:5]) if code[3:5] in _PARTS else 99, code)):
        if code[3:5] != last:
            last = code[3:5]
            out.append(f"\n## {_PARTS.get(last, last)}")
        out += ["", f"### {code}", "", f"{WHEN[code]} Exit code {sites[code][0].exit_code}.", *_variants(sites[code])]
    return "\n".join(out) + "\n"


def _variants(sites: list[Site]) -> Iterator[str]:
    seen = set()
    for site in sites:
        if site.message and (site.message, site.fix) not in seen:
            seen.add((site.message, site.fix))
            yield ""
            yield f"> {site.message}" + (f"  \n> fix: {site.fix}" if site.fix else "")


def find(root: Path) -> Iterator[Site]:
    """Every call in ``kg/`` that passes an error code, in order of file and line."""
    for path in sorted((root / "kg").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)}
        owners = {call: owner for owner in ast.walk(tree) if isinstance(owner, ast.ClassDef) for call in ast.walk(owner) if isinstance(call, ast.Call)}
        for call in ast.walk(tree):
            if isinstance(call, ast.Call):
                yield from _site(call, owners.get(call), names, str(path.relative_to(root)))


def _site(call: ast.Call, owner: ast.ClassDef | None, names: dict[str, ast.expr], file: str) -> Iterator[Site]:
    codes = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str) and _CODE.fullmatch(arg.value)]
    if not codes:
        return
    maker = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
    fixes = [word.value for word in call.keywords if word.arg == "fix"]
    fix = text_of(fixes[0], names) if fixes else ""
    if maker == "refuse":
        message, fix = f"unknown {text_of(call.args[1], names)} '…'", "did you mean …, … or …?"
    elif maker.endswith("Error") or maker == "__init__":
        message = text_of(call.args[1], names)
    else:
        message = ""
    yield Site(codes[0], message, fix, _exit(maker, codes[0], owner), file)


def _exit(maker: str, code: str, owner: ast.ClassDef | None) -> int:
    if code.startswith("KG-NI"):
        return 4
    for node in owner.body if owner and maker == "__init__" else ():
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "exit_code" and isinstance(node.value, ast.Constant):
            return int(str(node.value.value))
    return _EXITS.get(maker, 3)


def text_of(node: ast.expr, names: dict[str, ast.expr]) -> str:
    """The text that an expression gives, with … for what varies."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    if isinstance(node, ast.IfExp):
        return f"{text_of(node.body, names)} — or: {text_of(node.orelse, names)}"
    if isinstance(node, ast.BoolOp):
        return text_of(node.values[-1], names)
    if isinstance(node, ast.Name) and node.id in names:
        return text_of(names[node.id], {})
    return "…"
