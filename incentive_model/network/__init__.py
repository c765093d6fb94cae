"""Who is tied to whom.

``institutions``  a typed NetworkX graph of facilities, consortia and physicians, and their ties
``referrals``     who sent whom patients in a run: a weighted NetworkX graph of facilities
``files``         both as GraphML and CSV
``residents``     who listens to whom: sparse rows, by addressed draws on a ring
``geography``     kilometres into minutes
"""
