"""What the process keeps for good is not looked through again and again."""

import gc


def keep_for_good() -> None:
    """Call once all that lives as long as the process is loaded: code, tables, models, word lists.

    Python's collector otherwise goes through these objects at every full collection, with everything else standing
    still: a third of a second here, which users meet as a slow page now and then.
    """
    gc.collect()
    gc.freeze()
