"""The five agents.

``handle``       a Mesa agent that is a view of one row
``patient``      a handle on one resident's row, with the reasons for the choice
``physician``    a handle on one physician's row, with the reasons for the choice
``handles``      all residents (or physicians) in columns, in AgentSet's language
``hospital``     every facility; decides quarterly how intensely it serves and what it bills to whom
``insurer``      the funds and their books
``government``   subsidies, the referral fund, what evaluation leaves
"""

from incentive_model.agents.government import Government, Happening
from incentive_model.agents.handles import Handles
from incentive_model.agents.hospital import Hospital
from incentive_model.agents.insurer import Insurer
from incentive_model.agents.patient import Patient
from incentive_model.agents.physician import Physician

__all__ = ["Government", "Handles", "Happening", "Hospital", "Insurer", "Patient", "Physician"]
