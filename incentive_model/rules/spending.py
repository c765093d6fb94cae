"""When what a household pays for care is ruinous (MODEL 16)."""

from typing import Any

from incentive_model.cards.short import fixed

fixed(
    "poverty_extreme",
    2.15,
    "dollars a day",
    "international poverty line, at purchasing power of 2017",
    "SDG 3.8.2",
    "S",
    low=0.0,
)
fixed(
    "poverty_base",
    1.15,
    "dollars a day",
    "fixed part of the societal poverty line, at purchasing power of 2017",
    "SDG 3.8.2",
    "M",
    low=0.0,
)
fixed(
    "poverty_of_median",
    0.5,
    "share",
    "part of the median income in the societal poverty line",
    "SDG 3.8.2",
    "M",
)
fixed(
    "yuan_per_dollar",
    4.6,
    "yuan a dollar",
    "yuan of 2022 that buy what a dollar bought in 2017: 4.18 by purchasing power, times 1.11 for prices",
    "SDG 3.8.2",
    "M",
    low=0.0,
)

#: Above this part of the discretionary budget spending is catastrophic.
DISCRETIONARY = 0.40


def poverty_line(p: Any, median: float) -> float:
    """Societal poverty line, yuan a year: max(2.15 dollars a day, 1.15 dollars a day + ½·median income).

    Args:
        median: of the county's incomes, yuan a year (the county stands for the country).
    """
    dollar_a_day = 365.0 * p.yuan_per_dollar
    return max(p.poverty_extreme * dollar_a_day, p.poverty_base * dollar_a_day + p.poverty_of_median * median)


def overspent(paid: float, budget: float, share: float) -> int:
    """1 for who paid more than a share of their budget; without any budget, who paid anything at all."""
    return 1 if paid > share * max(budget, 0.0) else 0
