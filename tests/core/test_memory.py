"""What lives as long as the process is taken out of garbage collection."""

import gc
import weakref

from core.memory import keep_for_good


def test_what_is_loaded_at_the_start_is_not_looked_through_again_and_new_rubbish_is_still_collected() -> None:
    class Node:
        me: "Node | None" = None

    gone: list[str] = []
    keep_for_good()  # for good indeed: the run of the tests itself does so (tests/conftest.py)
    assert gc.get_freeze_count() > 10_000
    assert len(gc.get_objects()) < gc.get_freeze_count()

    node = Node()
    node.me = node
    weakref.finalize(node, gone.append, "node")
    del node
    gc.collect()

    assert gone == ["node"]
