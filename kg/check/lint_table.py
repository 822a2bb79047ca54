"""The checks beyond the shapes: code, severity, what is wrong, how to fix it, and when it comes up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One check beyond the shapes: ``code``, ``severity``, ``message`` (what is wrong), ``fix``, and ``when`` it comes up."""

    code: str
    severity: str
    message: str
    fix: str
    when: str


CHECKS = {
    check.code: check
    for check in (
        Check(
            "SV-LN01",
            "violation",
            "This name leads to nothing.",
            "Correct the name, or enter the thing.",
            "A statement's value is a name of ours, but no thing of that name is in the file, the other files or the base.",
        ),
        Check(
            "SV-LN02",
            "violation",
            "This term is not in the ontology.",
            "Use a term of the ontology.",
            "A property, class, code or datatype is not defined, so every query passes over it.",
        ),
        Check(
            "SV-LN03",
            "warning",
            "This is out of use.",
            "Use what replaced it.",
            "A term or thing is marked with owl:deprecated; dcterms:isReplacedBy names what to use.",
        ),
        Check(
            "SV-LN04",
            "warning",
            "This looks like something already entered.",
            "If they are the same, use the existing name; if not, make the labels differ.",
            "A new thing has the label, address or number of another of its class, or the same parties on the same day.",
        ),
        Check(
            "SV-LN05",
            "violation",
            "This name is outside the record's pattern.",
            "Use https://w3id.org/servanda/id/{kind}/{name} with one of the record's kinds.",
            "A file describes a thing outside the record's names, or one of the ontology's own terms; the lists are closed.",
        ),
        Check(
            "SV-LN06",
            "violation",
            "This date contradicts another statement.",
            "Find out which is right, and correct the other.",
            "Different days are given for one thing, in one file or in two, or a party acts on a day on which it did not exist.",
        ),
        Check(
            "SV-LN07",
            "warning",
            "This changes what another file already states.",
            "Correct it in the other file, or enter a rival claim with its own source.",
            "The base states another value of a property that has one value only.",
        ),
        Check(
            "SV-LN08",
            "warning",
            "This reads as somebody's claim, but names no claimant.",
            "Add sv:claimedBy; without it, the statement counts as a finding of its source.",
            "The label of a characterization begins with the name of a party or person of the record (or several, joined by and) and a colon, and there is no sv:claimedBy. "
            "Where the label does not begin so, nobody can tell: a characterization without a claimant is in order, and is its source's own finding.",
        ),
    )
}
