"""What is looked at: one file a stakeholder, card and formula together.

``window``     sums over months, and how an indicator is declared
``patients``   access, money, health, trust
``providers``  physicians and institutions
``payers``     insurer and government
``system``     referral itself
``observer``   looks at the model each month and keeps what indicators are made of
``outcome``    what the scheme brought each resident
"""

from incentive_model.measures import patients, payers, providers, system
from incentive_model.measures.observer import Observer
from incentive_model.measures.outcome import ResidentOutcome
from incentive_model.measures.window import MEASURES, Record, Window, value, window

__all__ = [
    "MEASURES",
    "Observer",
    "Record",
    "ResidentOutcome",
    "Window",
    "patients",
    "payers",
    "providers",
    "system",
    "value",
    "window",
]
