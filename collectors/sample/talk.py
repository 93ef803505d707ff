"""Draw what is said: topics in their usual shares, each text about equally often, never twice alike."""

from collections.abc import Mapping
from random import Random

from collectors.sample.stock import Say, says
from collectors.sample.voice import speak

LANGUAGE_SHARES: Mapping[str, float] = {"nl": 0.45, "fr": 0.25, "en": 0.20, "de": 0.10}
TOPIC_SHARES: Mapping[str, Mapping[str, float]] = {
    "x": {
        "praise": 23,
        "complaint": 9,
        "question": 9,
        "joke": 6,
        "everyday": 17,
        "company": 9,
        "rival": 10,
        "customer": 8,
        "employee": 2.5,
        "homonym": 4,
        "chatter": 3,
    },
    "reddit": {
        "praise": 13,
        "complaint": 6,
        "question": 7,
        "joke": 3,
        "everyday": 8,
        "company": 7,
        "rival": 8,
        "customer": 3,
        "employee": 1.5,
        "homonym": 1,
        "unrelated": 42,
    },
    "forum": {
        "praise": 14,
        "complaint": 7,
        "question": 8,
        "joke": 5,
        "everyday": 10,
        "company": 6,
        "rival": 8,
        "customer": 4,
        "employee": 1,
        "unrelated": 37,
    },
}
_TRIES = 60


class Talk:
    """The world's conversation: remembers what was said, so that people don't repeat each other."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._said: set[str] = set()
        self._decks: dict[tuple[str, str, str], list[Say]] = {}

    def language(self, platform: str) -> str:
        """Draw a language; the forum is Dutch with a French corner."""
        shares = {"nl": 0.85, "fr": 0.15} if platform == "forum" else LANGUAGE_SHARES
        return self._rng.choices(list(shares), list(shares.values()))[0]

    def topic(self, platform: str, language: str) -> str:
        """Draw a topic of which there are texts in *language* for *platform*."""
        known = {s.topic for s in says() if s.language == language and platform in s.on}
        shares = {t: share for t, share in TOPIC_SHARES[platform].items() if t in known}
        return self._rng.choices(list(shares), list(shares.values()))[0]

    def say(self, platform: str, language: str, topic: str) -> tuple[Say, str]:
        """
        Draw a text and say it.

        Returns:
            The hand-written text, and how it is said this time: unlike all
            said before, as long as that is possible.
        """
        for _ in range(_TRIES):
            source = self._draw(platform, language, topic)
            said = speak(source.text, language, source.tone, self._rng)
            if said not in self._said:
                break
        self._said.add(said)
        return source, said

    def _draw(self, platform: str, language: str, topic: str) -> Say:
        deck = self._decks.setdefault((platform, language, topic), [])
        if not deck:
            deck += [
                s
                for s in says()
                if s.language == language and s.topic == topic and platform in s.on
            ]
            self._rng.shuffle(deck)
        return deck.pop()
