"""Why the record says so.

``chain`` follows a verdict back to the words of the treaty and the sources, ``expectation`` an unmet expectation; ``text`` says it. Both are told from
``facts``, in the words of ``wording``, by the rules of ``rulebook``.
"""
