"""Columns, compiled loops, the books.

``columns``     tables of rows: residents, episodes, physicians, facilities, terms
``compiled``    plain functions compiled once, with a cache that sees every edit
``population``  the people of a place, from its population seed
``capacity``    expected demand and the congestion that follows
``month``       a month in the life of residents: phases 2–9, one after the other
``home``        what follows from where a resident lives
``luck``        draws that many need, side by side
``seeking``     phases 2–3: fall ill, seek
``referring``   phase 4: treat or refer, ask for a bed
``caring``      phases 5–6: admit, recover
``settling``    phase 7: every bill in fen
``ending``      phases 8–9: outcome, talk
``believing``   what physicians believe of what is promised
``serving``     how intensely facilities serve, and what they bill to whom
``meeting``     phase 10: ties won from visiting experts
``county``      the county as instruments see it
``ledger``      the books: who paid whom, for what
``threads``     all residents, in chunks if there are threads to use
"""
