"""Workers of a real Dask cluster: the results of items in their order, whatever happens to them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import grucli
from grucli.errors import AccessError, ConfigError, DataError

dask = pytest.importorskip("dask", reason="needs the extra dask")
distributed = pytest.importorskip("distributed", reason="needs the extra dask")

from grucli.parallel import cluster as cluster_module  # noqa: E402 - it imports distributed
from grucli.parallel.cluster import Cluster  # noqa: E402
from tests.parallel.dask_servers import (  # noqa: E402
    Asked,
    Servers,
    end_at_three,
    refuse_three,
    servers,
    wait_until_idle,
)

pytestmark = pytest.mark.filterwarnings("ignore")  # what Dask warns of in its own threads


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with servers(tmp_path_factory.mktemp("shared"), workers=2, threads=2) as started:
        yield started


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Servers]:
    """Servers that a test may end."""
    with servers(tmp_path, workers=0) as started:
        yield started


def wait_for(client: "distributed.Client", workers: int) -> None:
    client.wait_for_workers(workers, timeout=60)


def test_results_have_the_order_of_items_and_a_process_has_the_function_once(
    shared: Servers,
) -> None:
    with Cluster.at(shared.address) as cluster:
        wait_for(cluster._client, 2)
        found = list(cluster.results(Asked(), range(40)))
        assert list(cluster.results(Asked(), [])) == []
    assert [item for item, *_ in found] == list(range(40))
    assert len({process for _, process, _, _ in found}) == 2
    assert len({(process, function) for _, process, function, _ in found}) == 2
    assert max(threads for *_, threads in found) > 1


def test_a_bounded_number_of_items_is_on_its_way(shared: Servers) -> None:
    taken = []

    def items() -> Iterator[int]:
        for item in range(100):
            taken.append(item)
            yield item

    with Cluster.at(shared.address) as cluster:
        wait_for(cluster._client, 2)
        results = cluster.results(Asked(), items())
        for count, _ in enumerate(results, 1):
            assert len(taken) - count <= cluster_module.AHEAD * 4
            if count == 20:
                results.close()


def test_what_the_function_refuses_comes_behind_the_results_before_it(shared: Servers) -> None:
    with Cluster.at(shared.address) as cluster:
        results = cluster.results(refuse_three, range(9))
        assert [next(results) for _ in range(3)] == [0, -1, -2]
        with pytest.raises(DataError, match=r"^3: is refused; name another$"):
            next(results)


def test_nothing_stays_with_the_scheduler(shared: Servers) -> None:
    with Cluster.at(shared.address) as cluster:
        assert list(cluster.results(refuse_three, [1, 2])) == [-1, -2]
    wait_until_idle(shared.address)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("nonsense", "missing port number in address 'nonsense'"),
        ("ftp://127.0.0.1:1", "unknown address scheme 'ftp'"),
        ("tls://127.0.0.1:1", "TLS expects a `ssl_context`"),
    ],
)
def test_what_is_no_address_is_told(address: str, told: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"got '{address}': {told}")):
        _connect(address)


def _connect(address: str) -> None:
    with Cluster.at(address):
        raise AssertionError("it has connected")


def test_who_is_no_scheduler_is_told(shared: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    with Cluster.at(shared.address) as cluster:
        worker = next(iter(cluster._client.nthreads()))
    with pytest.raises(AccessError, match=f"at {worker} is a worker, not a scheduler"):
        _connect(worker)


def test_another_version_is_refused(shared: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grucli, "__version__", "9.9")
    told = r"worker tcp://\S+ has grucli 0\.\S+, this process 9\.9; answers may differ"
    with pytest.raises(AccessError, match=told):
        _connect(shared.address)
    monkeypatch.setattr(Cluster, "_check_workers", lambda self: None)  # as if it came later
    with pytest.raises(AccessError, match=told), Cluster.at(shared.address) as cluster:
        list(cluster.results(refuse_three, [1]))


def test_a_worker_without_grucli_is_refused(own: Servers, tmp_path: Path) -> None:
    stub = tmp_path / "stub" / "grucli"
    stub.mkdir(parents=True)
    (stub / "__init__.py").write_text("")
    own.add_worker(PYTHONPATH=str(stub.parent))
    with pytest.raises(AccessError, match=r"worker tcp://\S+ has no grucli: .*ModuleNotFoundErr"):
        _connect(own.address)


def test_a_cluster_without_workers_is_told(own: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    told = f"--dask: {own.address} has no workers; start some: dask worker {own.address}"
    monkeypatch.setattr(cluster_module, "PATIENCE_S", 1)
    with pytest.raises(AccessError, match=told):
        _connect(own.address)
    own.add_worker()
    monkeypatch.setattr(cluster_module, "PATIENCE_S", 60)
    with Cluster.at(own.address) as cluster:
        results = cluster.results(Asked(), range(100))
        next(results)
        monkeypatch.setattr(cluster_module, "PATIENCE_S", 1)
        own.workers[0].kill()
        with pytest.raises(AccessError, match=told):
            list(results)


def test_what_a_lost_worker_had_is_asked_of_another_that_may_come_later(own: Servers) -> None:
    own.add_worker()
    with Cluster.at(own.address) as cluster:
        found = []
        for result in cluster.results(Asked(), range(30)):
            found.append(result)
            if len(found) == 5:
                own.workers[0].kill()
                own.add_worker()
    assert [item for item, *_ in found] == list(range(30))
    assert len({process for _, process, _, _ in found}) == 2


def test_an_item_that_ends_its_workers_is_told(own: Servers) -> None:
    for _ in range(3):
        own.add_worker()
    told = "--dask: 2 workers were lost, each with 3 (out of memory?); see their logs"
    with Cluster.at(own.address) as cluster:
        wait_for(cluster._client, 3)
        results = cluster.results(end_at_three, range(9))
        assert [next(results) for _ in range(3)] == [0, -1, -2]
        with pytest.raises(AccessError, match=re.escape(told)):
            next(results)


def test_a_scheduler_that_is_gone_is_told(own: Servers) -> None:
    own.add_worker()
    with Cluster.at(own.address) as cluster:
        results = cluster.results(Asked(), range(10_000))
        next(results)
        own.scheduler.kill()
        with pytest.raises(AccessError, match=f"--dask: the scheduler at {own.address} is gone"):
            list(results)


def test_nobody_answers() -> None:
    address = "tcp://127.0.0.1:1"
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(AccessError, match=f"--dask: no scheduler answers at {address}; check"),
    ):
        _connect(address)
