"""What ``kg validate`` and ``kg contribute check`` do with files: arrow 2 with the base graph as context, and more checks than the shapes.

``files`` is the way in; ``lint`` (with ``lint_table``, ``lint_index`` and ``vocabulary``) looks at what shapes cannot say,
``affected`` finds what a change can touch, ``findings`` and ``findings_formats`` say what was found.
"""
