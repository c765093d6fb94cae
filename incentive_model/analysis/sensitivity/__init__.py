"""What the results hang on: levers, behaviour or luck."""

from incentive_model.analysis.sensitivity.factor_info import FactorInfo
from incentive_model.analysis.sensitivity.index import Index
from incentive_model.analysis.sensitivity.result import Sensitivity

__all__ = ["FactorInfo", "Index", "Sensitivity"]
