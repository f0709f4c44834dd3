"""Work on services' cases: opening, moving, clocks, tasks, documents, messages. A desk each."""
