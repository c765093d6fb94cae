"""Who is tied to whom.

``institutions``  a typed NetworkX graph of facilities and physicians: hierarchy, consortium, employment, ties
``residents``     who listens to whom: sparse rows, by addressed draws on a ring
``geography``     kilometres into minutes
"""
