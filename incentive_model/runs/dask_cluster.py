"""A Dask cluster as an executor (extra ``cluster``)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager

from incentive_model.cards import Fault, InputError

#: Seconds to find a scheduler, and its first worker.
PATIENCE = 30


@contextmanager
def dask_executor(workers: int, scheduler: str | None = None) -> Iterator[tuple[Executor, int]]:
    """An executor on a cluster, and how many tasks run there at a time.

    Args:
        workers: processes of a cluster on this machine, one thread each.
        scheduler: the address of a cluster that runs already; it is joined, and left as it is.

    Raises:
        InputError: Dask is not installed, or nobody answers at the address.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        found, mend = "no package 'distributed'", "pip install 'incentive-model[cluster]'"
        raise InputError(Fault("executor 'dask'", found, "Dask installed", mend)) from error
    with ExitStack() as stack:
        address = scheduler
        if address is None:
            cluster = LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
            )
            stack.enter_context(cluster)
            address = cluster.scheduler_address
        try:
            client = stack.enter_context(Client(address, timeout=PATIENCE, set_as_default=False))
            client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, TimeoutError, ValueError) as error:
            reason = " ".join(str(error).split()) or "no answer"
            allowed = "the address of a running scheduler with a worker, as tcp://host:8786"
            raise InputError(Fault(f"scheduler {address}", reason, allowed)) from error
        executor = stack.enter_context(client.get_executor())
        yield executor, max(1, sum(client.nthreads().values()))
