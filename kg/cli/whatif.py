"""``kg whatif --occurrence KIND --target CODE --initiator CODE --on DATE``."""

from __future__ import annotations

import json

from kg.cli.common import base
from kg.cli.parsing import parser


def main(words: list[str]) -> int:
    """Print which duties an assumed occurrence would set off."""
    made = parser(
        "whatif",
        "Casus foederis: which duties an occurrence would set off on a day, for whom, under which words, with which exceptions. Changes nothing.",
        "kg whatif --occurrence armed-attack --target PRK --initiator USA --on 2027-01-01",
    )
    made.add_argument("--occurrence", metavar="KIND", required=True, help="a behavior: armed-attack, invasion, threat, …")
    made.add_argument("--target", metavar="PARTY", required=True, help="to whom it is done")
    made.add_argument("--initiator", metavar="PARTY", required=True, help="who does it")
    made.add_argument("--on", metavar="DATE", required=True, help="the day whose law is asked")
    made.add_argument("--place", metavar="PLACE", help="where, for duties that hold only in an area")
    made.add_argument(
        "--assume",
        metavar="CODE[=false]",
        action="append",
        default=[],
        help="a circumstance that is taken as shown, or as shown not to hold (repeatable): stateOfWar, requested=false",
    )
    made.add_argument("--owed-by", metavar="PARTY", help="only duties of this party")
    made.add_argument("--format", choices=("text", "json"), default="text")
    args = made.parse_args(words)
    from kg.whatif.duties import whatif

    document = whatif(args.occurrence, args.target, args.initiator, args.on, base(args.store), place=args.place, assume=args.assume, owed_by=args.owed_by)
    if args.format == "json":
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        from kg.cli.explain import width
        from kg.whatif.text import text

        print(text(document, width()), end="")
    return 0
