"""The options of the commands that speak to a store over HTTP. Secrets come from the environment, a file or netrc, never from a word of the command."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.load.http import Access
    from kg.remote.engine import RemoteEngine

NO_STORE = {"schema": "", "data_version": None, "ruleset": None, "as_of": None}  # a document about a store of which no version is known here
HELP = "ask this SPARQL endpoint instead of the store here"


def options(made: argparse.ArgumentParser, timeout: float) -> None:
    """Add ``--server``, ``--user`` and the rest; ``timeout`` is the default in seconds."""
    made.add_argument(
        "--server",
        metavar="KIND",
        help="kind of store, where it is not recognized: oxigraph, virtuoso, fuseki, rdf4j, graphdb, blazegraph, stardog, neptune, qlever, generic",
    )
    made.add_argument("--user", metavar="NAME", help="user name (else KG_USER, else netrc); the password comes from KG_PASSWORD, --password-file or netrc")
    made.add_argument("--password-file", metavar="FILE", help="file whose first line is the password")
    made.add_argument("--token-file", metavar="FILE", help="file whose first line is a bearer token (else KG_TOKEN)")
    made.add_argument("--auth", choices=("basic", "digest", "bearer"), help="kind of authentication (default: what the store asks for)")
    made.add_argument("--ca-file", metavar="FILE", help="certificates of a private authority, as PEM")
    made.add_argument("--timeout", metavar="SECONDS", type=float, default=timeout, help=f"longest silence of the store (default {timeout:g})")


def read_access(url: str, args: argparse.Namespace) -> tuple[str, Access]:
    """The bare URL and the access to it, from the options."""
    from kg.load.http import access, read_secret

    return access(
        url,
        args.user,
        read_secret(args.password_file),
        read_secret(args.token_file),
        scheme=args.auth,
        ca_file=args.ca_file,
        timeout=args.timeout,
    )


def engine(args: argparse.Namespace) -> RemoteEngine | None:
    """The engine over ``--endpoint``, or None where none is given: only then is the network used."""
    if not args.endpoint:
        return None
    from kg.remote.engine import connect

    url, access = read_access(args.endpoint, args)
    return connect(url, access, args.server)
