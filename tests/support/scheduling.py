"""Which process of a run gets which tests."""

from xdist.scheduler import LoadScopeScheduling


class FolderScheduling(LoadScopeScheduling):
    """A folder's tests stay in one process: what starts the whole product starts it once for all of them."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::")[0].rpartition("/")[0]
