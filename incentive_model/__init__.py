"""A laboratory for one question: which incentive scheme makes two-way referral work, and who pays for it?

The rooms, in the order data takes through them; imports run one way:

=============  ==============================================================
``cards``      what a lever, parameter or indicator is, declared once
``chance``     addressed random draws: the same luck under every scheme
``rules``      how anyone decides, as plain functions
``incentives`` events into money, one file a family
``inputs``     places, schemes, studies: TOML and CSV in, errors that name the mend
``network``    institutions and ties
``engine``     columns, compiled loops, the ledger
``agents``     patient, physician, hospital, insurer, government
``measures``   what is looked at, card and formula together
``model``      :class:`IncentiveModel`, a :class:`mesa.Model`, and its month
``runs``       designs, the plan of runs, who makes them, what is kept
``analysis``   comparison, stakeholders, residents, validation, sensitivity
``report``     figures, tables, the HTML page
``cli``        the command line
=============  ==============================================================

Public names are imported on first use, so that ``incentive-model --help`` stays fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from incentive_model.analysis.comparison import Comparison, compare
    from incentive_model.analysis.sensitivity.of_function import sensitivity_of
    from incentive_model.analysis.validation import Validation, validate
    from incentive_model.cards import InputError, indicators, levers, parameters
    from incentive_model.inputs.check import check
    from incentive_model.inputs.instruments import load_instruments
    from incentive_model.inputs.place import Place, load_place, place_names
    from incentive_model.inputs.scheme import Scheme, load_scheme, scheme_names
    from incentive_model.inputs.study import Study, load_study
    from incentive_model.model import IncentiveModel
    from incentive_model.network.files import write_network
    from incentive_model.report import plot
    from incentive_model.report import write_report as report
    from incentive_model.report.sensitivity import sensitivity
    from incentive_model.report.study import sweep
    from incentive_model.runs.function import Simulator

__version__ = "0.1.0"

_HOME = {
    "Comparison": "analysis.comparison",
    "IncentiveModel": "model",
    "InputError": "cards",
    "Place": "inputs.place",
    "Scheme": "inputs.scheme",
    "Simulator": "runs.function",
    "Study": "inputs.study",
    "Validation": "analysis.validation",
    "check": "inputs.check",
    "compare": "analysis.comparison",
    "indicators": "cards",
    "levers": "cards",
    "load_instruments": "inputs.instruments",
    "load_place": "inputs.place",
    "load_scheme": "inputs.scheme",
    "load_study": "inputs.study",
    "parameters": "cards",
    "place_names": "inputs.place",
    "plot": "report",
    "report": "report",
    "scheme_names": "inputs.scheme",
    "sensitivity": "report.sensitivity",
    "sensitivity_of": "analysis.sensitivity.of_function",
    "sweep": "report.study",
    "validate": "analysis.validation",
    "write_network": "network.files",
}

__all__ = [
    "Comparison",
    "IncentiveModel",
    "InputError",
    "Place",
    "Scheme",
    "Simulator",
    "Study",
    "Validation",
    "__version__",
    "check",
    "compare",
    "indicators",
    "levers",
    "load_instruments",
    "load_place",
    "load_scheme",
    "load_study",
    "parameters",
    "place_names",
    "plot",
    "report",
    "scheme_names",
    "sensitivity",
    "sensitivity_of",
    "sweep",
    "validate",
    "write_network",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'incentive_model' has no attribute {name!r}")
    home = importlib.import_module(f"incentive_model.{_HOME[name]}")
    value = home if name == "report" else getattr(home, name)  # that room can be called
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
