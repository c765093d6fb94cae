"""The command line: ``incentive-model``, also ``python -m incentive_model``.

``main``       one call: exit codes, errors in one line
``interrupt``  Ctrl-C
``options``    what commands share: options, the bar that shows how far runs are
``commands``   what can be asked
``creating``   ``new``, a folder to fill in
``validating`` ``validate``, which tries several places
``printed``    answers for people
``judged``     a validation for people
"""

from incentive_model.cli.main import main

__all__ = ["main"]
