"""Tables as spreadsheet programs save them, for tests: one table in many styles."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from hypothesis import strategies as st

from incentive_model.inputs.place_files import FacilityRow, ScheduleRow, VillageRow

SHAPES = {"facilities.csv": FacilityRow, "schedule.csv": ScheduleRow, "villages.csv": VillageRow}


@dataclass(frozen=True)
class Style:
    """How a spreadsheet writes a table."""

    encoding: str
    line_end: str
    separator: str
    decimal: str
    thousands: str
    wide: bool
    percent: bool
    quoted: bool
    headings: str
    blank_columns: int
    blank_rows: bool

    def number(self, text: str, share: bool) -> str:
        if share and self.percent:
            text = f"{float(text) * 100:.10g}%"
        whole, point, part = text.partition(".")
        sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
        grouped = f"{int(digits.rstrip('%')):,}".replace(",", self.thousands) + "%" * digits.count("%")
        text = sign + grouped + (self.decimal if point else "") + part
        return text.translate({k: k + 0xFEE0 for k in range(0x25, 0x3A)}) if self.wide else text

    def heading(self, column: str) -> str:
        return {
            "as they are": column,
            "capitals": column.upper(),
            "words": column.replace("_", " ").capitalize(),
            "units": re.sub(r"_km$", " (km)", column),
        }[self.headings]

    def table(self, text: str, name: str) -> bytes:
        """A clean table in this style."""
        rows = list(csv.DictReader(io.StringIO(text)))
        numbers = {
            column: field.annotation is not int and getattr(field.metadata[1], "le", 2) <= 1
            for column, field in SHAPES[name].model_fields.items()
            if field.annotation in (int, float, float | None)
        }
        out = io.StringIO(newline="")
        quoting = csv.QUOTE_ALL if self.quoted else csv.QUOTE_MINIMAL
        writer = csv.writer(out, delimiter=self.separator, lineterminator=self.line_end, quoting=quoting)
        blanks = [""] * self.blank_columns
        writer.writerow([*map(self.heading, rows[0]), *blanks])
        for row in rows:
            if self.blank_rows:
                writer.writerow([""] * (len(row) + self.blank_columns))
            cells = [self.number(v, numbers[k]) if k in numbers and v else f" {v}" for k, v in row.items()]
            writer.writerow([*cells, *blanks])
        return out.getvalue().encode(self.encoding)


styles = st.builds(
    Style,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    separator=st.sampled_from([",", ";", "\t"]),
    decimal=st.sampled_from([".", ","]),
    thousands=st.sampled_from(["", ",", " ", "\N{NO-BREAK SPACE}", "\N{FULLWIDTH COMMA}"]),
    wide=st.booleans(),
    percent=st.booleans(),
    quoted=st.booleans(),
    headings=st.sampled_from(["as they are", "capitals", "words", "units"]),
    blank_columns=st.integers(0, 3),
    blank_rows=st.booleans(),
)
