"""What a canned query costs without Servanda: open the store, run the text, print the rows. ``bare_query.py DATABASE FILE``."""

import sys

import pyoxigraph as ox

store = ox.Store.read_only(sys.argv[1])
with open(sys.argv[2], encoding="utf-8") as file:
    text = file.read()
for row in store.query(text, use_default_graph_as_union=True):
    print("\t".join("" if term is None else term.value for term in row))
