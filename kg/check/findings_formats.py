"""Findings for other programs: SARIF 2.1.0, GitHub annotations, JUnit XML, and the standard ``sh:ValidationReport``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.etree import ElementTree

import pyoxigraph as ox

from kg.check.findings import WORDS
from kg.namespaces import BASE, short

if TYPE_CHECKING:
    from kg.check.files import Report
    from kg.validate import Result

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_SH = "http://www.w3.org/ns/shacl#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SEVERITIES = {"violation": "Violation", "warning": "Warning", "info": "Info"}


# SARIF


def sarif(report: Report, version: str) -> dict[str, Any]:
    """The report as a SARIF 2.1.0 log; columns count characters. ``version`` is that of the program."""
    codes = sorted({result.code for result in report.results})
    return {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "kg validate", "semanticVersion": version, "rules": [_rule(code, report) for code in codes]}},
                "columnKind": "unicodeCodePoints",
                "artifacts": [{"location": {"uri": _uri(one.place)}} for one in report.taken],
                "results": [_sarif_result(result, codes.index(result.code)) for result in report.results],
                "invocations": [{"executionSuccessful": not bool(report.refused)}],
            }
        ],
    }


def _rule(code: str, report: Report) -> dict[str, Any]:
    first = next(result for result in report.results if result.code == code)
    return {
        "id": code,
        "shortDescription": {"text": first.message},
        "help": {"text": f"{first.fix} See {first.doc}."},
        "defaultConfiguration": {"level": WORDS[first.severity]},
    }


def _sarif_result(result: Result, rule: int) -> dict[str, Any]:
    about = ", ".join(short(part) for part in (result.focus, result.path, result.value) if part)
    text = " ".join(part for part in (result.message, f"About: {about}." if about else "", f"Fix: {result.fix}") if part)
    made: dict[str, Any] = {"ruleId": result.code, "ruleIndex": rule, "level": WORDS[result.severity], "message": {"text": text}}
    if result.file:
        place: dict[str, Any] = {"artifactLocation": {"uri": _uri(result.file)}}
        if result.line:
            place["region"] = {"startLine": result.line, "startColumn": result.column or 1}
        made["locations"] = [{"physicalLocation": place}]
    return made


def _uri(place: str) -> str:
    if place == "-":
        return "standard-input"
    place, bracket, sheet = place.partition(".xlsx[")  # a sheet of a workbook is a part of the file
    path = Path(place + ".xlsx" * bool(bracket))
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    return f"{uri}#{quote(sheet.removesuffix(']'))}" if bracket else uri


# GitHub annotations


def github(report: Report) -> str:
    """One workflow command a finding; GitHub shows it beside the line."""
    kinds = {"violation": "error", "warning": "warning", "info": "notice"}
    lines = []
    for result in report.results:
        place = {"file": result.file, "line": result.line, "col": result.column, "title": result.code}
        fields = ",".join(f"{key}={_property(str(value))}" for key, value in place.items() if value is not None)
        about = " ".join(short(part) for part in (result.focus, result.path, result.value) if part)
        lines.append(f"::{kinds[result.severity]} {fields}::{_data(f'{result.message} {about}'.strip() + chr(10) + 'Fix: ' + result.fix)}")
    return "".join(f"{line}\n" for line in lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


# JUnit XML


def junit(report: Report) -> str:
    """A test suite a file: every violation a failed test, warnings and notes as output; a file without violations one passed test."""
    root = ElementTree.Element("testsuites", name="kg validate")
    places = list(dict.fromkeys([one.place for one in report.taken] + [result.file or "(in the base)" for result in report.results]))
    for place in places:
        results = [result for result in report.results if (result.file or "(in the base)") == place]
        failed = [result for result in results if result.severity == "violation"]
        suite = ElementTree.SubElement(root, "testsuite", name=_xml(place), tests=str(max(1, len(failed))), failures=str(len(failed)), errors="0")
        for result in failed:
            case = ElementTree.SubElement(suite, "testcase", name=f"{result.code} line {result.line or '?'}", classname=_xml(place))
            failure = ElementTree.SubElement(case, "failure", type=result.code, message=_xml(result.message))
            failure.text = _xml(_words(result))
        if not failed:
            ElementTree.SubElement(suite, "testcase", name="conforms", classname=_xml(place))
        others = [result for result in results if result.severity != "violation"]
        if others:
            ElementTree.SubElement(suite, "system-out").text = _xml("\n".join(f"{WORDS[one.severity]} {one.code} {_words(one)}" for one in others))
    ElementTree.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _words(result: Result) -> str:
    place = ":".join(str(part) for part in (result.file, result.line, result.column) if part is not None)
    about = " ".join(short(part) for part in (result.focus, result.path, result.value) if part)
    return f"{place}: {result.message}\nabout: {about}\nfix: {result.fix}\npage: {result.doc}"


def _xml(text: str) -> str:
    return _NOT_XML.sub("?", text)


# sh:ValidationReport


def shacl_report(report: Report) -> str:
    """The standard validation report in Turtle: as the standard wants it, one result for each constraint that is broken."""
    root = ox.BlankNode("report")
    triples = [ox.Triple(root, _node(_RDF, "type"), _node(_SH, "ValidationReport")), ox.Triple(root, _node(_SH, "conforms"), ox.Literal(report.conforms))]
    terms = {(_text(t.subject), t.predicate.value, _text(t.object)): t.object for one in report.taken for t in one.document.triples}
    for number, (result, component) in enumerate((one, component) for one in report.results for component in _components(one)):
        node = ox.BlankNode(f"result{number}")
        rows: list[tuple[str, Any]] = [
            ("focusNode", ox.NamedNode(result.focus) if result.focus else ox.Literal(result.file or "-")),
            ("resultSeverity", _node(_SH, _SEVERITIES[result.severity])),
            ("sourceConstraintComponent", component),
            ("sourceShape", _node(BASE + "shape/", result.code)),
            ("resultMessage", ox.Literal(result.message, language="en")),
        ]
        if result.path:
            rows.append(("resultPath", ox.NamedNode(result.path)))
        if result.value is not None:
            rows.append(("value", terms.get((result.focus, result.path or "", result.value)) or _guess(result.value)))
        triples.append(ox.Triple(root, _node(_SH, "result"), node))
        triples.append(ox.Triple(node, _node(_RDF, "type"), _node(_SH, "ValidationResult")))
        triples += [ox.Triple(node, _node(_SH, name), term) for name, term in rows]
    prefixes = {"sh": _SH, "xsd": "http://www.w3.org/2001/XMLSchema#", "shape": BASE + "shape/", "sv": BASE + "ontology#"}
    return (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b"").decode()


def _components(result: Result) -> list[ox.NamedNode]:
    """The constraints that a result breaks; of a check that is no shape, the check itself."""
    return [_node(_SH, f"{name}ConstraintComponent") for name in result.components] or [_node(BASE + "shape/", result.code)]


def _guess(value: str) -> Any:
    try:
        return ox.NamedNode(value) if value.startswith(("http://", "https://")) else ox.Literal(value)
    except ValueError:
        return ox.Literal(value)


def _node(space: str, name: str) -> ox.NamedNode:
    return ox.NamedNode(space + name)


def _text(term: Any) -> str:
    return str(getattr(term, "value", term))
