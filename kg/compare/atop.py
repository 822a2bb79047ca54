"""The kinds that the ontology infers, compared with the codes of ATOP (Leeds, Ritter, Mitchell and Long 2002), from a file that the user supplies.

ATOP's alliance file has one row an alliance, over all its phases: a code is 1 where any phase has it. So an alliance
that was renewed under one ATOP number is compared, treaty by treaty, with the sum of its phases.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kg.compare.health import beside
from kg.errors import InputError
from kg.namespaces import SV, local

if TYPE_CHECKING:
    from kg.query import Base

# ATOP's column -> the kind inferred here
KINDS = {"defense": "DefensePact", "offense": "OffensePact", "neutral": "NeutralityPact", "nonagg": "NonAggressionPact", "consul": "ConsultationPact"}
EXPLANATIONS = "atop.yaml"
_OURS = f"""PREFIX sv: <{SV}>
SELECT ?agreement ?id (GROUP_CONCAT(DISTINCT COALESCE(STR(?kind), ""); SEPARATOR=" ") AS ?kinds)
WHERE {{ ?agreement sv:atopId ?id .
  OPTIONAL {{ VALUES ?kind {{ {" ".join(f"sv:{kind}" for kind in KINDS.values())} }} ?agreement a ?kind }} }}
GROUP BY ?agreement ?id ORDER BY ?agreement"""


class Compared(NamedTuple):
    """One agreement with an ATOP number: its ``agreement`` IRI, ``atop`` number, the codes only ours or only theirs, and ``why`` each differs (by code)."""

    agreement: str
    atop: str
    ours: list[str]
    theirs: list[str]
    why: dict[str, str]
    listed: bool

    @property
    def unexplained(self) -> list[str]:
        """The codes that differ and have no explanation."""
        return [code for code in (*self.ours, *self.theirs) if code not in self.why]


def compare(base: Base, path: Path) -> list[Compared]:
    """Every agreement of the store that has an ATOP number, against the rows of an ATOP alliance file (CSV).

    Raises InputError (KG-IN17) where the file cannot be read or lacks a column.
    """
    rows = _rows(path)
    reasons = _reasons(base)
    answer = []
    for agreement, number, kinds in base.engine.select(_OURS).rows:
        assert agreement is not None and number is not None
        inferred = {local(kind) for kind in (kinds.value.split() if kinds is not None else [])}
        ours = {code for code, kind in KINDS.items() if kind in inferred}
        row = rows.get(number.value)
        theirs = {code for code in KINDS if row and row[code] == "1"} if row else ours
        why = reasons.get(local(agreement.value), {})
        answer.append(Compared(agreement.value, number.value, sorted(ours - theirs), sorted(theirs - ours), why, row is not None))
    return answer


def _rows(path: Path) -> dict[str, dict[str, str]]:
    fix = "give ATOP's alliance file as CSV, for example atop5_1a.csv"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = {"atopid", *KINDS} - set(reader.fieldnames or ())
            if missing:
                raise InputError("KG-IN17", f"no column {', '.join(sorted(missing))}", place=f"{path}:1", fix=fix)
            return {row["atopid"].split(".")[0]: row for row in reader}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError("KG-IN17", f"cannot be read as ATOP's file: {error}", place=str(path), fix=fix) from None


def _reasons(base: Base) -> dict[str, dict[str, str]]:
    """Agreement slug -> code -> why ours differs, as kept beside the data. Raises InputError (KG-IN16)."""
    return {agreement: codes for _, held in beside(base, EXPLANATIONS) for agreement, codes in held.items() if isinstance(codes, dict)}
