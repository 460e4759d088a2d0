"""Runs chunks of cases on a Dask cluster: the same bits as on one machine, and no more under way than the workers can hold.

Others start the scheduler and its workers (``dask scheduler``, ``dask worker``, or a job of Slurm or Kubernetes); here is only
the client.  A worker that dies is the scheduler's business: it hands the chunk to another.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from typing import Protocol, cast

from wutong.experiments.crew import Outcome, Raised, Stream, Task
from wutong.experiments.errors import ClusterError
from wutong.experiments.extras import needs
from wutong.experiments.identity import code_of_model
from wutong.model.facts import Label
from wutong.model.scenario import Case

DIED = "workers of the cluster ended over it without a word (out of memory?)"
AHEAD = 2  # chunks under way for each thread of a worker
GONE = (CancelledError, asyncio.CancelledError, TimeoutError, OSError, RuntimeError)  # what a scheduler that is not there gives
PATIENCE_SECONDS = 15.0  # for a scheduler to answer, and for a first worker


class Promise(Protocol):
    """What is asked of a future of the cluster."""

    def exception(self) -> BaseException | None: ...
    def result(self) -> Outcome: ...
    def release(self) -> None: ...


class Cluster(Protocol):
    """What is asked of the client of a cluster."""

    def submit(self, function: Callable[..., Outcome], *arguments: object, key: str, pure: bool) -> Promise: ...
    def nthreads(self) -> Mapping[str, int]: ...
    def wait_for_workers(self, n_workers: int, timeout: float) -> None: ...
    def run(self, function: Callable[[], str], *, on_error: str) -> Mapping[str, str | BaseException]: ...


def in_cluster(task: Task, chunks: Sequence[Sequence[Case]], address: str) -> Stream:
    """Outcomes as they finish on the workers of a scheduler.

    Raises
    ------
    ClusterError
        If there is no scheduler or worker at the address, the workers run other code, or the scheduler goes away.
    """
    with _client(address) as client, _there():
        _check_workers(client)
        from distributed import as_completed

        numbers: dict[Promise, int] = {}
        batch = uuid.uuid4().hex  # the scheduler may serve others, and gives one result to all that ask for one key
        waiting = iter(enumerate(chunks))

        def submitted(n: int) -> list[Promise]:
            found = []
            for number, chunk in itertools.islice(waiting, n):
                found.append(client.submit(task, chunk, key=f"wutong-{batch}-{number}", pure=False))
                numbers[found[-1]] = number
            return found

        under_way = as_completed(submitted(AHEAD * max(sum(client.nthreads().values()), 1)))
        for future in under_way:
            number = numbers.pop(future)
            yield {number: _outcome(future, len(chunks[number]))}
            future.release()
            for following in submitted(1):
                under_way.add(following)


def _outcome(future: Promise, n_worlds: int) -> Outcome:
    """What came of a chunk; a failure of all its worlds if workers kept dying over it."""
    with _there():
        error = future.exception()
        if error is None:
            return future.result()
    return Outcome(None, dict.fromkeys(range(n_worlds), Raised(DIED, f"{type(error).__name__}: {error}")))


@contextmanager
def _there() -> Iterator[None]:
    """Turn what the client says of a scheduler that went away, at whatever it was asked, into words for the user."""
    try:
        yield
    except GONE as lost:
        zh = "调度器已断开；已完成的运行都已保存，可用 resume 继续"
        raise ClusterError(Label(zh, "the scheduler is gone; the finished runs are kept: resume goes on")) from lost


@contextmanager
def _client(address: str) -> Iterator[Cluster]:
    needs("cluster")
    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is said by ClusterError
    try:
        client = Client(address, timeout=PATIENCE_SECONDS)
    except (*GONE, ValueError) as error:
        raise ClusterError(Label(f"连接不到调度器 {address}：{error}", f"there is no scheduler at {address}: {error}")) from None
    try:
        yield cast(Cluster, client)
    finally:
        with suppress(*GONE):
            client.close(timeout=1.0)


def _check_workers(client: Cluster) -> None:
    """Refuse a cluster without workers, and workers whose model is another."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE_SECONDS)
    except (TimeoutError, OSError):
        raise ClusterError(Label("调度器没有任何工作进程", "the scheduler has no workers")) from None
    told = client.run(code_of_model, on_error="return")
    errors = [said for said in told.values() if isinstance(said, Exception) and not isinstance(said, OSError)]
    if errors:  # a worker that went away while it was asked says nothing of its code, and will be given no work
        zh, en = "工作进程上没有本程序，请在各处安装同一版本", "install this package on every worker"
        raise ClusterError(Label(f"{zh}：{errors[0]}", f"{en}: {errors[0]}"))
    own = code_of_model()
    others = sorted(address for address, code in told.items() if not isinstance(code, BaseException) and code != own)
    if others:
        names = ", ".join(others)
        zh, en = (
            f"这些工作进程的模型代码或 numpy 版本不同：{names}",
            f"these workers run another version of the model or of numpy: {names}",
        )
        raise ClusterError(Label(zh, en))
