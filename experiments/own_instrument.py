"""An incentive of one's own in a dozen lines: the insurer pays for a patient handed over well.

For each patient sent down for rehabilitation, the hospital that hands over (discharge plan, call to the
centre) and the centre that takes over (first home visit) get the same sum. See docs/own-instrument.md.
"""

from incentive_model.incentives import Count, County, Event, Instrument, Tables, lever, lever_card

MEANING = "insurer's payment for a patient sent down, to the hospital and to the centre each"
lever_card("handover_payment", "support", "yuan a patient", MEANING, "own", "A", 0.0, (0, 1000), (0, 300))


class HandoverPayment(Instrument):
    name = "handover_payment"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        tables.promised[me, Event.DOWN_REFERRAL] = lever(county, self.name)

    def settle(self, county: County) -> None:
        handed_over = county.counts[:, [Count.DOWN_REFERRAL, Count.REHAB]].sum(axis=1)
        due = round(100 * lever(county, self.name)) * handed_over
        county.pay(self.name, county.accounts.funds[0], county.accounts.facilities, due)
        county.pay_staff(self.name, due)
