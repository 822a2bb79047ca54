"""Arrow 7, load: the graph into any SPARQL 1.1 store, or into a folder of an embedded one.

``source`` gives the graphs, ``endpoint`` finds out what a store can do, ``http`` speaks to it, ``remote`` and
``folder`` are the two kinds of target, ``run`` decides graph by graph, sends, switches and verifies.
"""

from __future__ import annotations

from kg.load.job import GraphPlan
from kg.load.run import LoadReport, load, unload

__all__ = ["GraphPlan", "LoadReport", "load", "unload"]
