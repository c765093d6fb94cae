"""What the results hang on: levers, behaviour or luck."""
