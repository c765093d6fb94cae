"""What a facility is taken to be like where nobody says: as others of its tier (MODEL 3 [A])."""

from __future__ import annotations

from incentive_model.inputs.csv_file import Row
from incentive_model.inputs.place_files import FacilityRow

#: Column → tier → value, all assumed: of the packaged place, too.
TIER_VALUES = {
    "capability": {"T0": 0.36, "T1": 0.52, "T2": 0.80, "T3": 0.95},
    "infrastructure": {"T0": 0.30, "T1": 0.50, "T2": 0.80, "T3": 0.95},
}


def filled(rows: list[Row[FacilityRow]]) -> list[Row[FacilityRow]]:
    """The rows with the tier's capability and infrastructure, and the id as name, where these are blank."""
    return [Row(number, cells.model_copy(update=_blanks(cells))) for number, cells in rows]


def _blanks(cells: FacilityRow) -> dict[str, float | str]:
    values: dict[str, float | str] = {} if cells.name else {"name": cells.id}
    for column, of_tier in TIER_VALUES.items():
        if getattr(cells, column) is None:
            values[column] = of_tier[cells.grade or cells.tier]
    return values
