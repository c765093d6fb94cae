"""Findings for people: figures, and one page that opens without a network.

* :mod:`words`: names and numbers in plain words
* :mod:`style`, :mod:`rows`: what the figures share
* :mod:`gains`, :mod:`referrals`, :mod:`money`, :mod:`fifths`: a figure each; :mod:`figures` has them by name
* :mod:`headlines`, :mod:`tables`, :mod:`method`: what the page says
* :mod:`html`: the page
"""
