"""What people write: places and schemes, in TOML and CSV, with errors that name the mend.

==============  =========================================================================
place           a county, read from its folder: ``Place``, ``load_place``, ``place_names``
scheme          levers that differ from it: ``Scheme``, ``load_scheme``, ``scheme_names``,
                ``resolve_levers``, ``resolve_parameters``
instruments     Python files with instruments of one's own: ``load_instruments``
variant         a scheme with behaviour of its own: ``Variant``
patterns        what should be seen there, as contrasts between variants: ``Pattern``
check           every fault of a folder or file: ``check``
remarks         what was assumed in a place without faults, and what looks odd
new_place       a folder to fill in
place_files     the files of a place: keys, columns, units, bounds
place_checks    what must hold between their rows
edges           the place's network, if it is written as one: GraphML or CSV
coordinates     where facilities stand: kilometres, or degrees made into them
tier_values     what a facility is like where nobody says
values          values of levers and parameters, judged by their cards
shapes          pydantic's errors as faults
toml_file       TOML in
csv_file        CSV in: rows of one shape
sheet           what parts a table's cells, and its headings
numbers         numbers as people write them
files           bytes and text in
==============  =========================================================================
"""

from incentive_model.inputs.check import check
from incentive_model.inputs.instruments import load_instruments
from incentive_model.inputs.patterns import Pattern, Patterns
from incentive_model.inputs.place import Place, load_place, place_names
from incentive_model.inputs.place_files import FamilyDoctor, Insurance, Tier
from incentive_model.inputs.scheme import (
    Scheme,
    load_scheme,
    resolve_levers,
    resolve_parameters,
    scheme_names,
)
from incentive_model.inputs.variant import Variant

__all__ = [
    "FamilyDoctor",
    "Insurance",
    "Pattern",
    "Patterns",
    "Place",
    "Scheme",
    "Tier",
    "Variant",
    "check",
    "load_instruments",
    "load_place",
    "load_scheme",
    "place_names",
    "resolve_levers",
    "resolve_parameters",
    "scheme_names",
]
