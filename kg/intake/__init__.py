"""Taking in files that a stranger may have written, within bounds, and knowing where each of their statements stands.

``take`` takes one in; ``turtle_tokens`` and ``positions`` read the Turtle family, ``node_positions`` JSON-LD and RDF/XML,
``lines`` counts lines and columns; ``locate`` says where the thing that a finding is about is written.
"""
