"""How fast the model is, and how much memory it takes: ``python -m benchmarks`` (docs/performance.md).

``contenders``  the same month by four ways of computing it
``numpy_month``  one of them: the residents' month in plain NumPy, equal to the engine's
``prefecture``  a generated place of any size
``scaling``, ``memory``  against residents and facilities
``bounds``, ``counting``  against what memory and arithmetic allow
``small_runs``, ``start``  a study's run, and a process's first month
``report``, ``figure``  what is written
"""
