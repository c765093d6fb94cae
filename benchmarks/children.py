"""Measurements that need a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def child(module: str, *arguments: object, **environment: str) -> Any:
    """What a module of this package prints as JSON when it is run."""
    paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": paths, **environment},
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    )
    return json.loads(done.stdout)
