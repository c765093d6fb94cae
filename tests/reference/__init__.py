"""The same month as the engine's, agent by agent: plain Mesa, readable, slow (see README.md)."""
