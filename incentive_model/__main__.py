"""``python -m incentive_model``: the command line."""

from incentive_model.cli import main

if __name__ == "__main__":
    main()
