"""Linear algebra on one thread."""

from __future__ import annotations

from typing import Any

from threadpoolctl import threadpool_limits


def one_thread() -> Any:
    """Within it sums come out the same whatever the number of processors, and small ones much faster
    where these are busy."""
    return threadpool_limits(1)
