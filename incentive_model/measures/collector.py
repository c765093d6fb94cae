"""Mesa's data collector, with a column an indicator."""

from __future__ import annotations

from typing import Any

from mesa.datacollection import DataCollector

from incentive_model.measures.observer import Observer


class Collector(DataCollector):
    """A data collector that works indicators out when somebody looks at them.

    Each time it collects it notes the month, as ``month``, and asks the reporters that users have added.
    The indicators of the months noted come from the observer.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._collecting = False
        self._filled = (0, 0)
        super().__init__(model_reporters={"month": "month"})

    def collect(self, model: Any) -> None:
        """Note the month; ask all reporters that were added."""
        self._collecting = True
        try:
            super().collect(model)
        finally:
            self._collecting = False

    @property
    def model_vars(self) -> dict[str, list[Any]]:
        """A list a column, one entry each time it collected; NaN where an indicator had no case."""
        months = self._columns.get("month", [])
        state = (len(months), len(self._observer.kept))
        if not self._collecting and state != self._filled:
            series = self._observer.series().set_index("month").reindex(months)
            self._columns.update({str(name): column.tolist() for name, column in series.items()})
            self._filled = state
        return self._columns

    @model_vars.setter
    def model_vars(self, columns: dict[str, list[Any]]) -> None:
        self._columns = columns
