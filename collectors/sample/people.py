"""The sample world's accounts: nicknames that nobody bears, and the organisations' own."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """Somebody on one platform."""

    id: str
    handle: str
    name: str
    followers: int


_FIRST = {
    "nl": ("stille", "natte", "vrolijke", "halve", "trage", "blauwe", "scheve", "brave"),
    "fr": ("petit", "vieux", "grand", "demi", "joyeux", "faux", "dernier", "calme"),
    "en": ("quiet", "muddy", "second", "wobbly", "early", "plain", "slow", "lost"),
    "de": ("leiser", "halber", "flinker", "runder", "alter", "später", "grauer", "krummer"),
}
_SECOND = {
    "nl": ("paraplu", "fietsbel", "koffiekoek", "toogkruk", "regenlaars", "wafel", "kroket"),
    "fr": ("parapluie", "croissant", "tabouret", "cornichon", "tram", "escargot", "cahier"),
    "en": ("umbrella", "kettle", "lamppost", "biscuit", "ferry", "postcard", "bicycle"),
    "de": ("regenschirm", "bierdeckel", "kirchturm", "wanderer", "knoten", "spatz", "koffer"),
}
_ORGANISATIONS = {
    "epervier_bier": ("Épervier", 18_400),
    "hoogwael": ("Brouwerij Hoogwael", 6_150),
    "lindenaer": ("Lindenaer", 31_200),
    "mandelo": ("Mandelo", 54_800),
}
OWN_ACCOUNTS = frozenset({"epervier_bier", "hoogwael"})
"""The firm's own handles."""

_FLOOD_WORDS = ("lucky", "deal", "promo", "gift", "bonus", "prize", "best", "free")


def x_organisations() -> dict[str, Account]:
    """List the organisations' accounts on X by handle."""
    return {
        handle: Account(id=str(7_100_100 + number), handle=handle, name=name, followers=followers)
        for number, (handle, (name, followers)) in enumerate(_ORGANISATIONS.items())
    }


def crowd(language: str, size: int, rng: Random, *, platform: str) -> list[Account]:
    """
    Invent people who write in *language* on X or Reddit.

    Returns:
        *size* accounts whose handles differ, all within the platform's rules.
    """
    names: dict[str, Account] = {}
    while len(names) < size:
        first, second = rng.choice(_FIRST[language]), rng.choice(_SECOND[language])
        number = rng.choice(("", str(rng.randint(1, 99)), str(rng.randint(1950, 2008))))
        handle = f"{_plain(first)[:6]}{rng.choice(('', '_'))}{_plain(second)[:9]}{number}"[:15]
        number_id = rng.randrange(10**9, 10**10)
        names[handle] = Account(
            id=str(number_id) if platform == "x" else f"t2_{base36(number_id)}",
            handle=handle,
            name=f"{first} {second}",
            followers=int(rng.lognormvariate(4.6, 1.4)),
        )
    return list(names.values())


def flood_accounts(size: int, rng: Random) -> list[Account]:
    """Invent the accounts of the spam flood: fresh, and followed by nobody much."""
    handles = [f"{rng.choice(_FLOOD_WORDS)}_{100_000 + n * 37}" for n in range(size)]
    return [
        Account(
            id=str(1_990_000_000_000_000_000 + n * 7919),
            handle=handle,
            name=handle.split("_")[0].title(),
            followers=rng.randrange(4),
        )
        for n, handle in enumerate(handles)
    ]


def pick(accounts: Sequence[Account], rng: Random) -> Account:
    """Choose who speaks: a few write often, most now and then."""
    return accounts[int(len(accounts) * rng.random() ** 1.8)]


def base36(number: int) -> str:
    """Write a number as Reddit does."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"


def _plain(word: str) -> str:
    return word.replace("ä", "ae").replace("é", "e")
