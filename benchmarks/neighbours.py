"""What others are said to do with a simpler month."""

#: Million patient-months a second on two cores, 100,000 residents, for a simpler month. Measured elsewhere:
#: nothing here measures them again, and no ratio is taken with them.
NEIGHBOURS = {
    "plain Mesa, shuffle_do": 0.12,
    "plain Mesa, do": 0.25,
    "AgentPy": 0.12,
    "repast4py": 0.10,
    "Starsim": 2.9,
    "mesa-frames": 5.5,
    "NumPy": 6.0,
    "fused Numba loop, one thread": 30.0,
    "fused Numba loop, two threads": 54.0,
}
