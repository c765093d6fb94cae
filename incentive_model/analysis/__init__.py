"""Runs into findings: who gains and who loses against the status quo, by how much, and how sure.

* :mod:`intervals`: mean over replicates and its 95% interval
* :mod:`stakeholders`: the words ``gains``, ``win-win``, ``conflict``, and when each is said
* :mod:`residents`: each resident against themselves under the status quo
* :mod:`frames`: finished runs into tables, as they arrive
* :mod:`comparison`: :func:`compare` and :class:`Comparison`
* :mod:`payload`: the comparison as JSON
* :mod:`validation`: :func:`validate`: targets and patterns, made of :mod:`contrast` and :mod:`band`
* :mod:`study_runs`, :mod:`summary`, :mod:`effects`: a study's runs, settings, factors in combination
"""
