"""Judges once more and dies within a batch: `python -m tests.warehouse.rescore_child HOME BATCH`."""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from enrichment.passages import Passage
from enrichment.tone.model import Tone
from tests.warehouse.rescored import Better, judge, place


class Dying(Better):
    """Judges so many batches, and gets SIGKILL within the next."""

    def __init__(self, batches: int) -> None:
        super().__init__()
        self._left = batches

    def judge(self, passages: Sequence[Passage]) -> list[Tone]:
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1
        return super().judge(passages)


if __name__ == "__main__":
    judge(place(Path(sys.argv[1])), Dying(int(sys.argv[2])))
