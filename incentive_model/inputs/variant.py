"""A variant: a scheme, with behaviour or a horizon of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from incentive_model.inputs.scheme import Scheme
from incentive_model.inputs.values import Value


@dataclass(frozen=True)
class Variant:
    """What a run is made of beside the place and its luck.

    Attributes:
        scheme: what a policy sets. Its name is the variant's.
        parameters: behaviour that differs from the place's, in the burn-in too.
        months: months under the scheme, if fewer than the design has.
        group: the residents whose indicators are taken; blank: everybody.
    """

    scheme: Scheme
    parameters: Mapping[str, Value] = field(default_factory=dict)
    months: int | None = None
    group: str = ""

    @property
    def name(self) -> str:
        return self.scheme.name
