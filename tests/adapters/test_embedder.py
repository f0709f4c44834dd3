"""Every embedder gives unit vectors of its size, or the one known error."""

import math
from collections.abc import Iterator

import pytest

from adapters.embedder import FailingEmbedder, LocalEmbedder, OpenAIEmbedder
from core.errors import UpstreamUnavailable
from nlp.ports import Embedder
from tests.support.scripted_openai import DIMENSIONS, ScriptedOpenAI


@pytest.fixture
def server() -> Iterator[ScriptedOpenAI]:
    with ScriptedOpenAI().running() as running:
        yield running


@pytest.fixture(params=["real", "local"])
def embedder(request: pytest.FixtureRequest, server: ScriptedOpenAI) -> Embedder:
    if request.param == "local":
        return LocalEmbedder()
    return OpenAIEmbedder(server.base_url, "a key", "some-model", DIMENSIONS)


def test_each_text_gets_a_unit_vector_in_its_place(embedder: Embedder) -> None:
    vectors = embedder.embed(["专利", "商标注册要多久"], kind="passage")
    alone = embedder.embed(["商标注册要多久"], kind="passage")

    assert [len(vector) for vector in vectors] == [embedder.dimensions] * 2
    assert all(math.isclose(math.hypot(*vector), 1.0, rel_tol=1e-3) for vector in vectors)
    assert vectors[1] == pytest.approx(alone[0], abs=1e-4)


def test_nothing_in_nothing_out(embedder: Embedder) -> None:
    assert embedder.embed([], kind="query") == []


def test_an_unknown_kind_is_a_mistake_of_ours(embedder: Embedder) -> None:
    for each in (embedder, FailingEmbedder()):
        with pytest.raises(ValueError, match="kind"):
            each.embed(["专利"], kind="document")


def test_the_local_model_tells_likeness_of_meaning() -> None:
    embedder = LocalEmbedder()
    (question,) = embedder.embed(["产品被人山寨了怎么办"], kind="query")
    near, far = embedder.embed(["专利侵权后可以请求赔偿", "今天天气晴朗适合郊游"], kind="passage")

    def product(vector: list[float]) -> float:
        return sum(a * b for a, b in zip(question, vector, strict=True))

    assert product(near) > product(far)


@pytest.mark.parametrize("step", ["429", "500", "malformed", "wrong shape", "silent"])
def test_a_bad_answer_is_the_known_error(step: str, server: ScriptedOpenAI) -> None:
    server.script = [step]
    embedder = OpenAIEmbedder(server.base_url, "a key", "some-model", DIMENSIONS, timeout_seconds=1.5)

    with pytest.raises(UpstreamUnavailable):
        embedder.embed(["专利"], kind="query")


def test_an_embedder_that_is_down_says_so() -> None:
    with pytest.raises(UpstreamUnavailable):
        FailingEmbedder().embed(["专利"], kind="query")


def test_many_texts_go_in_several_calls_with_the_models_prefix(server: ScriptedOpenAI) -> None:
    embedder = OpenAIEmbedder(server.base_url, "a key", "some-model", DIMENSIONS, prefixes=("query: ", "passage: "))

    vectors = embedder.embed(["专利" + "好" * number for number in range(130)], kind="query")

    assert len(vectors) == 130
    assert [len(request["input"]) for request in server.requests] == [64, 64, 2]
    assert server.requests[0]["input"][0] == "query: 专利"
