"""An incentive of one's own in ten lines: the insurer pays a hospital for each patient handed over well.

The payment falls due when a patient goes down to rehabilitation. See docs/own-instrument.md.
"""

from incentive_model.incentives import Count, County, Event, Instrument, Tables, lever, lever_card

lever_card("handover_payment", "support", "yuan a patient", "for handing over", "own", "A", 0.0, (0, 1000))


class HandoverPayment(Instrument):
    name = "handover_payment"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        tables.promised[me, Event.DOWN_REFERRAL] = lever(county, self.name)

    def settle(self, county: County) -> None:
        due = round(100 * lever(county, self.name)) * county.counts[:, Count.DOWN_REFERRAL]
        county.pay(self.name, county.accounts.funds[0], county.accounts.facilities, due)
        county.pay_staff(self.name, due)
