"""Findings for people: figures, and one page that opens without a network.

* :mod:`words`: names and numbers in plain words
* :mod:`style`, :mod:`rows`: what the figures share
* :mod:`gains`, :mod:`referrals`, :mod:`money`, :mod:`fifths`: a figure each; :mod:`figures` has them by name
* :mod:`headlines`, :mod:`tables`, :mod:`method`: what the page says; :mod:`prices`: who pays for a lever
* :mod:`html`: the page
* :mod:`one_run`: the page of a single run, with :mod:`months`, :mod:`map` and :mod:`networks`
* :mod:`bands`: the figure of a validation
* :mod:`study`: a sweep: :mod:`study_figures`, made of :mod:`study_panels`, and :mod:`study_page`
* :mod:`sensitivity_figures` and :mod:`sensitivity_page`: what results hang on, a module a figure beside them
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from incentive_model.report.figures import FIGURES, plot, write_figures
from incentive_model.report.html import write_report

if TYPE_CHECKING:
    from incentive_model.analysis.comparison import Comparison

__all__ = ["FIGURES", "plot", "write_figures", "write_report"]


class _CallableRoom(ModuleType):
    """``im.report(result, "r.html")`` and ``incentive_model.report.plot`` share a name; both must work."""

    def __call__(self, comparison: Comparison, folder: str | Path) -> Path:
        return write_report(comparison, folder)


sys.modules[__name__].__class__ = _CallableRoom
