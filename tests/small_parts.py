"""The command line with parts of twenty runs, so that a short sweep makes many of them."""

from incentive_model.cli import main
from incentive_model.runs import run_store

if __name__ == "__main__":
    run_store.PART = 20
    main()
