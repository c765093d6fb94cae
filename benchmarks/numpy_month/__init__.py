"""The residents' month once more in plain vectorised NumPy: a yardstick of speed for the compiled loops.

Every rule, draw and count of the engine, on whole columns instead of one resident after another. Formulas
that work element by element are the project's own rules; the rest name the rule they repeat. Residents
are taken a block at a time, lest the columns of a large county leave the processor's cache. It does without
grades, specialties and whatever else is about hospitals above, and refuses a place that has them.

    python -m benchmarks.numpy_month             # seconds a month
    python -m benchmarks.numpy_month --check     # month by month against the engine
"""
