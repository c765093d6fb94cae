"""Runs: which are to be made, making them on one processor or many, and the folder they end in.

``plan``   the requests of a design, with stable ids; nothing runs
``run``    one request made: a :class:`~incentive_model.runs.run.Run`
``function``  the model as a plain function: :class:`~incentive_model.runs.function.Simulator`
``pool``   many requests made, in this process or in several; the results do not depend on which
``store``  a results folder, written whole or not at all; ``manifest`` and ``tables``: what lies in it
``plain``  values as JSON can carry them
"""

from incentive_model.runs.plan import BASELINE, Plan, Request, plan_runs
from incentive_model.runs.pool import run_all, watched
from incentive_model.runs.run import Run, RunFailed, execute

__all__ = ["BASELINE", "Plan", "Request", "Run", "RunFailed", "execute", "plan_runs", "run_all", "watched"]
