"""The command line: ``incentive-model``, also ``python -m incentive_model``.

``main``      one call: exit codes, errors in one line
``interrupt`` Ctrl-C
``commands``  what can be asked, and its options
``printed``   answers for people
"""

from incentive_model.cli.main import main

__all__ = ["main"]
