"""A store over HTTP at work: ``engine`` asks it, ``reassess`` runs the rules on it. (``kg.load`` brings the graph there.)"""
