"""``kg plot axis-matrix | timeline -o FILE``."""

from __future__ import annotations

from pathlib import Path

from kg.cli.common import base
from kg.cli.parsing import Parser, parser
from kg.params import refuse
from kg.plot.drawing import check_ending, draw, need_matplotlib

_HELP = """usage: kg plot axis-matrix -o FILE [--on DATE] [--party P,Q,…]
       kg plot timeline -o FILE [--party P,Q,…] [--agreement A] [--from DATE] [--until DATE]

Draw an answer as SVG or PNG: FILE ends in .svg or .png. Needs matplotlib (pip install 'servanda[plot]').
'kg plot NAME --help' lists the options of a picture.

example: kg plot axis-matrix -o axis.svg --on 2025-06-13
"""
_SUMMARIES = {
    "axis-matrix": "What each pair of parties promised, and what each gave the other.",
    "timeline": "Who was bound by what and when, what happened, and what was done about it.",
}
_EXAMPLES = {"axis-matrix": "kg plot axis-matrix -o axis.svg --on 2025-06-13", "timeline": "kg plot timeline -o iran.png --party IRN --from 2020-01-01"}


def main(words: list[str]) -> int:
    """Draw one picture; its path and its title go to standard output."""
    if not words or words[0] in ("--help", "-h"):
        print(_HELP, end="")
        return 0
    if words[0] not in _SUMMARIES:
        raise refuse("KG-US22", "picture", words[0], _SUMMARIES)
    args = vars(_options(words[0]).parse_args(words[1:]))
    output, store = args.pop("output"), args.pop("store")
    args.pop("debug")
    check_ending(output)
    need_matplotlib()
    drawing = draw(words[0], output, base(store), **{key: value for key, value in args.items() if value is not None})
    print(f"{output}: {drawing.title}")
    return 0


def _options(name: str) -> Parser:
    made = parser(f"plot {name}", _SUMMARIES[name], _EXAMPLES[name])
    made.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="the file to write, .svg or .png")
    if name == "axis-matrix":
        made.add_argument("--on", metavar="DATE", help="the day whose law is asked (default: the record's cut-off)")
        made.add_argument("--party", metavar="P,Q,…", help="the parties (default RUS,CHN,IRN,PRK)")
        return made
    made.add_argument("--party", metavar="P,Q,…", help="only what these parties were bound by, did or suffered")
    made.add_argument("--agreement", metavar="A", help="only this agreement and what bears on it")
    made.add_argument("--from", metavar="DATE", help="from this day")
    made.add_argument("--until", metavar="DATE", help="until this day")
    return made
