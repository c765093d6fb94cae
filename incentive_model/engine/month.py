"""A month in the life of residents: phases 2 to 9 of ``MONTH``, for some of them.

Phases read only what last month left behind (and of the resident they are about), so residents can live
through the month one after the other, in any order. They do so a tile at a time: what is fetched for
one phase is still at hand for the next, and only the ill of one tile have an episode anywhere.
"""

from incentive_model.engine.caring import admit, recover
from incentive_model.engine.columns import Tally, Tile, World
from incentive_model.engine.ending import add_up_year, begin_year, outcome, stay_well, talk
from incentive_model.engine.referring import treat_or_refer
from incentive_model.engine.seeking import fall_ill, seek
from incentive_model.engine.settling import pay_bills

TILE = 1024  #: residents


def live(w: World, lo: int, hi: int, tally: Tally, tile: Tile) -> None:
    """The month of residents ``lo`` … ``hi`` − 1, a tile at a time."""
    january, december = w.month % 12 == 1, w.month % 12 == 0
    size = len(tile.ill) - 1
    for first in range(lo, hi, size):
        last = min(first + size, hi)
        fall_ill(w, first, last, tile, tally)
        k = 0
        for i in range(first, last):
            me = w.residents[i]
            if january:
                begin_year(me)
            ep = tile.blank[0]
            if tile.ill[k].row == i:
                ep = tile.ill[k]
                seek(w, me, ep, tile, k, tally)
                treat_or_refer(w, me, ep, tile, k, tally)
                admit(w, me, ep, tally)
                recover(w, me, ep, tally)
                pay_bills(w, me, ep, tally)
                outcome(w, me, ep, tile, k, tally)
                k += 1
            else:
                stay_well(w, me, tally)
            talk(w, i, me, ep, tally)
            if december:
                add_up_year(w, me, tally)
