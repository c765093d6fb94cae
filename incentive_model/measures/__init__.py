"""What is looked at: one file a stakeholder, card and formula together.

``parts``      residents in groups, for a breakdown
``totals``     what residents and institutions did, paid and felt, added up
``window``     what indicators are taken from: totals of residents, or of the county
``measure``    how an indicator is declared
``patients``   access, money, health, trust
``equity``     who bears how much
``providers``  physicians and institutions
``payers``     insurer and government
``system``     referral itself
``ties``       the way to the hospitals above
``network``    what people ask of a referral network
``sent``       who sent patients where, facility by facility
``present``    costs by payer and QALYs, discounted and not
``money``      who paid whom for what
``month``      a month as it is kept
``observer``   keeps what indicators are made of, month by month
``collector``  the same as Mesa's data collector
``outcome``    what the scheme brought each resident
"""

from incentive_model.measures import equity, patients, payers, present, providers, system, ties
from incentive_model.measures.measure import MEASURES, OF_GROUPS
from incentive_model.measures.observer import Observer
from incentive_model.measures.outcome import ResidentOutcome
from incentive_model.measures.parts import BREAKDOWNS, Parts, group_names, parts, whole_rank
from incentive_model.measures.window import CountyWindow, Window, value

__all__ = [
    "BREAKDOWNS",
    "MEASURES",
    "OF_GROUPS",
    "CountyWindow",
    "Observer",
    "Parts",
    "ResidentOutcome",
    "Window",
    "equity",
    "group_names",
    "parts",
    "patients",
    "payers",
    "present",
    "providers",
    "system",
    "ties",
    "value",
    "whole_rank",
]
