"""The smallest county there is, for tests: two clinics, a centre, a hospital, one outside."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pandas as pd

from incentive_model.inputs import Place

_TIER = """
[tier.{}]
visit_price = {}
admission_price = {}
stay_days = {}
visits_per_doctor_day = 10
waiting_minutes = 5
annual_pay = 40_000
subsidy = 0
"""

FILES = {
    "place.toml": """\
title = "Small"
source = ["a test"]
population = 300
population_seed = 1
currency_year = 2022

[levers]
reimbursement_gap = 0.1

[consortium.one]
form = "tight"

[insurance.all]
share = 1.0
premium_resident = 380
premium_government = 640
premium_employer = 0
"""
    + _TIER.format("T0", 60, 0, 0)
    + _TIER.format("T1", 90, 2_150, 6.6)
    + _TIER.format("T2", 220, 6_800, 6.9)
    + _TIER.format("T3", 360, 14_000, 7.7)
    + """
[age]
shares = [0.16, 0.34, 0.26, 0.24]
chronic = [0.01, 0.10, 0.35, 0.75]

[income]
median = 21_000
log_sd = 0.75

[travel]
base_minutes = 8
minutes_per_km = 1.6

[family_doctor]
teams = 1
physicians = 2
""",
    "facilities.csv": """\
id,name,tier,parent,consortium,beds,physicians,capability,infrastructure,x_km,y_km
city,City,T3,,,,60,0.95,0.95,60,0
clinic-1,Clinic 1,T0,centre,one,,1,0.36,0.3,1,1
clinic-2,"Clinic 2, west",T0,centre,one,,2,0.36,0.3,-1,1
centre,Centre,T1,hospital,one,5,2,0.52,0.5,0,1
hospital,Hospital,T2,city,one,20,6,0.8,0.8,0,0
""",
    "schedule.csv": "insurance,tier,setting,rate,deductible,cap\n"
    + "".join(f"all,T{tier},outpatient,0.5,0,\nall,T{tier},inpatient,0.7,150,8000\n" for tier in range(4)),
    "villages.csv": "clinic,residents\nclinic-2,200\nclinic-1,100\n",
    "ties.csv": "facility,physician,hospital,specialist\nclinic-2,2,hospital,6\n",
    "targets.csv": "id,indicator,value,tolerance,kind,source\nup,up_referral_rate,0.073,0.0073,fit,Q01\n",
}


def write(folder: Path, **changed: str) -> Path:
    """Write the county into ``folder``; ``changed`` gives files (``place_toml=...``) another text."""
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(changed.get(name.replace(".", "_"), text), encoding="utf-8")
    return folder


def assert_same(one: Place, other: Place) -> None:
    """Equal but for where they were read."""
    for field in fields(Place):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if isinstance(mine, pd.DataFrame):
            pd.testing.assert_frame_equal(mine, theirs)
        elif field.name not in ("name", "folder"):
            assert mine == theirs, field.name
