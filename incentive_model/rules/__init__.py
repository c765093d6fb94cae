"""How anyone decides: plain scalar functions, each with the cards of its coefficients.

Numbers in, a number or a small NamedTuple of terms out. No Mesa, no NumPy, no Numba: an economist
can try any rule with two numbers. ``p`` is any object that carries the behavioural parameters by
their card names. The engine compiles these very functions; nothing is written twice.

``maths``      logistic, clip, sums of terms, by-age tables
``illness``    who falls ill, how badly; control of a chronic condition
``quality``    success of treatment, need of a bed, what a facility looks like from outside
``billing``    one bill in fen: what the fund pays, what the patient pays
``choice``     first contact: the utility of every facility and of self-care
``referral``   the primary physician refers or treats; the patient accepts or not
``followup``   follow-up visits; returning an outpatient to primary care
``discharge``  keep, send down or send home a recovering inpatient; the patient accepts or not
``capacity``   expected demand against real capacity: appointments and beds
``outcome``    health this month, what is left unresolved, expected death
``spending``   when what a household pays for care is ruinous
``trust``      trust, opinion, awareness, belief in promised pay
``inducement`` intensity of service and the share of a bill shifted to the patient
``adapting``   the slow moves: hospitals quarterly, insurer and government yearly
"""

from incentive_model.rules import (
    adapting,
    billing,
    capacity,
    choice,
    discharge,
    followup,
    illness,
    inducement,
    maths,
    outcome,
    quality,
    referral,
    spending,
    trust,
)

__all__ = [
    "adapting",
    "billing",
    "capacity",
    "choice",
    "discharge",
    "followup",
    "illness",
    "inducement",
    "maths",
    "outcome",
    "quality",
    "referral",
    "spending",
    "trust",
]
