"""Columns, compiled loops, the books.

``columns``     tables of rows: residents, episodes, physicians, facilities, terms
``compiled``    plain functions compiled once, with a cache that sees every edit
``population``  the people of a place, from its population seed
``capacity``    expected demand and the congestion that follows
``seeking``     loops of phases 2–3: fall ill, seek
``referring``   loop of phase 4: treat or refer, ask for a bed
``caring``      loops of phases 5–6: admit, recover
``settling``    loop of phase 7: every bill in fen
``ending``      loops of phases 8–9: outcome, talk
``believing``   what physicians believe of what is promised
``serving``     how intensely facilities serve, and what they bill to whom
``meeting``     phase 10: ties won from visiting experts
``county``      the county as instruments see it
``ledger``      the books: who paid whom, for what
``threads``     a loop over all residents, in chunks
"""
