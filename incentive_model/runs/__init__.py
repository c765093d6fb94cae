"""Runs: which are to be made, making them on one processor or many, and the folder they end in.

One comparison:

``plan``     the requests of a comparison, with stable ids; nothing runs
``run``      one request made: a :class:`~incentive_model.runs.run.Run`; ``row``: what a table says of it
``pool``     many requests made, in this process or in several; the results do not depend on which
``store``    a results folder, written whole or not at all; ``manifest`` and ``tables``: what lies in it

A study, in the order data takes through it:

``designs``     the points; ``study_plan``: every run by its number; ``plan_file``: the plan on disk
``task``        one run as it travels to whoever makes it, and what comes back
``executors``   who makes them: ``supervised`` processes here (``spawning`` starts them), a ``dask_cluster``
``journal``     a line a finished run; ``run_store``: journal and parts; ``run_table``: their columns
``durable``     files that are there whole or not at all
``sweep``       all of it together; ``owner``: one at a time; ``progress``: how far it is
``sweep_folder``  whose folder it is, and what is left there in the end
``replay``      a run made again; ``estimate``: what a study will cost; ``function``: the model as a function
"""

from incentive_model.runs.plan import BASELINE, Plan, Request, plan_runs
from incentive_model.runs.pool import run_all, watched
from incentive_model.runs.run import Run, RunFailed, execute

__all__ = ["BASELINE", "Plan", "Request", "Run", "RunFailed", "execute", "plan_runs", "run_all", "watched"]
