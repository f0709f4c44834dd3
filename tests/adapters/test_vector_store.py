"""Vectors are kept by their text and kind, survive a cut-off writer, and are seen by other readers."""

import threading
from pathlib import Path

import numpy as np
import pytest

from adapters.vector_store import KEY_BYTES, VectorStore

DIMENSIONS = 4


def store(folder: Path) -> VectorStore:
    return VectorStore(folder, model="tiny", dimensions=DIMENSIONS)


def vector(number: float) -> list[float]:
    return [number, 0.0, 0.0, 1.0]


def test_a_text_is_found_by_its_kind_and_an_unknown_one_is_zeros(tmp_path: Path) -> None:
    store(tmp_path).add(["外观保护多久"], [vector(0.5)], kind="query")

    found, known = store(tmp_path).find(["外观保护多久", "别的"], kind="query")

    assert known.tolist() == [True, False]
    assert found[0].tolist() == vector(0.5)
    assert not found[1].any()
    assert not store(tmp_path).find(["外观保护多久"], kind="passage")[1].any()


def test_only_what_has_no_vector_is_missing_each_text_once(tmp_path: Path) -> None:
    kept = store(tmp_path)
    kept.add(["一"], [vector(1)], kind="query")

    assert kept.missing(["一", "二", "二", "三"], kind="query") == ["二", "三"]


def test_another_reader_sees_what_was_added_after_it_first_looked(tmp_path: Path) -> None:
    reader = store(tmp_path)
    assert reader.missing(["一"], kind="query") == ["一"]

    store(tmp_path).add(["一"], [vector(1)], kind="query")

    assert reader.missing(["一"], kind="query") == []


@pytest.mark.parametrize("tail", ["keys", "float16"])
def test_a_writer_that_was_cut_off_spoils_nothing(tmp_path: Path, tail: str) -> None:
    store(tmp_path).add(["一", "二"], [vector(1), vector(2)], kind="query")
    with (tmp_path / f"tiny.{tail}").open("ab") as file:
        file.write(b"\x01" * (KEY_BYTES // 2))

    store(tmp_path).add(["三"], [vector(3)], kind="query")

    found, known = store(tmp_path).find(["一", "二", "三"], kind="query")
    assert known.all()
    assert found[:, 0].tolist() == [1, 2, 3]


def test_writers_at_the_same_time_keep_rows_and_keys_together(tmp_path: Path) -> None:
    def add(number: int) -> None:
        for step in range(10):
            store(tmp_path).add([f"{number}-{step}"], [vector(number + step / 16)], kind="query")

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    texts = [f"{number}-{step}" for number in range(4) for step in range(10)]
    found, known = store(tmp_path).find(texts, kind="query")
    assert known.all()
    np.testing.assert_allclose(found[:, 0], [number + step / 16 for number in range(4) for step in range(10)])


def test_only_the_vectors_that_are_still_wanted_stay(tmp_path: Path) -> None:
    kept = store(tmp_path)
    kept.add(["一", "二", "三"], [vector(1), vector(2), vector(3)], kind="query")
    kept.add(["二"], [vector(9)], kind="passage")

    assert kept.keep_only({"query": ["三", "一", "四"]}) == 2
    assert kept.keep_only({"query": ["三", "一", "四"]}) == 0

    for reader in (kept, store(tmp_path)):
        found, known = reader.find(["一", "二", "三"], kind="query")
        assert (known.tolist(), found[:, 0].tolist()) == ([True, False, True], [1, 0, 3])
        assert reader.missing(["二"], kind="passage") == ["二"]
    kept.add(["五"], [vector(5)], kind="query")
    assert store(tmp_path).find(["五", "一"], kind="query")[0][:, 0].tolist() == [5, 1]
    assert (tmp_path / "tiny.float16").stat().st_size == 3 * 2 * DIMENSIONS


def test_who_is_cut_off_while_forgetting_spoils_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = store(tmp_path)
    kept.add(["一", "二"], [vector(1), vector(2)], kind="query")

    def cut_off(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", cut_off)
        with pytest.raises(SystemExit):
            kept.keep_only({"query": ["二"]})

    later = store(tmp_path)
    assert later.missing(["一", "二"], kind="query") == ["一", "二"]
    later.add(["三"], [vector(3)], kind="query")
    assert later.find(["三"], kind="query")[0][:, 0].tolist() == [3]
