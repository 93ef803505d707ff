"""Posts of three platforms, spread over days, and a server that shows them and fails as told."""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tests.replay import Answer, Request

BEGIN = datetime(2026, 11, 16, tzinfo=UTC)
LASTS = timedelta(hours=66)
TIMEOUT_S = 1.0
PLATFORMS = {"x": 4_500, "hackernews": 3_500, "reddit": 2_000}
"""Each platform, and how many posts it holds."""
_SEARCHED = 0.05
"""Share of Reddit's items that are posts, found by search; the others are comments."""
_LISTED = {"comments": 1_000, "search": 240}
"""How many of the newest items Reddit lists."""
_WORDS = ("helps", "fails", "opens a plant", "lowers prices", "answers late", "wins", "moves")


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """One post."""

    platform: str
    native_id: str
    created_at: datetime
    text: str


def write_posts(seed: int) -> list[Post]:
    """
    Write 10,000 posts that name Acme; the same seed writes the same.

    Two thirds are spread evenly, one third comes in bursts of a few minutes, where many share
    a second and one job can't read all pages.
    """
    dice = random.Random(seed)
    posts = []
    for platform, many in PLATFORMS.items():
        bursts = [BEGIN + dice.uniform(0.1, 0.9) * LASTS for _ in range(5)]
        for number in range(many):
            at = BEGIN + dice.random() * LASTS
            if number % 3 == 0:
                at = dice.choice(bursts) + dice.random() ** 2 * timedelta(minutes=20)
            at = at.replace(microsecond=0)
            words = f"Acme {dice.choice(_WORDS)} in week {dice.randrange(52)}, says {number}"
            posts.append(Post(platform=platform, native_id="", created_at=at, text=words))
    return _numbered(posts, dice)


def _numbered(posts: Sequence[Post], dice: random.Random) -> list[Post]:
    """Give ids that grow with time, as the platforms do."""
    numbered = []
    for number, post in enumerate(sorted(posts, key=lambda post: post.created_at), start=1):
        native_id = str(2_000_000 + number)
        if post.platform == "reddit":
            native_id = f"{'t3' if dice.random() < _SEARCHED else 't1'}_{native_id}"
        numbered.append(replace(post, native_id=native_id))
    return numbered


@dataclass
class ChaosWorld:
    """What the platforms show at `now`, and how often they fail; ask it through `ReplayServer`."""

    posts: Sequence[Post]
    seed: int
    now: datetime = BEGIN
    share_of_faults: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        # Each platform is asked by one thread: its faults come in the same order each time.
        self._dice = {name: random.Random(f"{self.seed} {name}") for name in PLATFORMS}
        newest_first = sorted(self.posts, key=lambda p: (p.created_at, p.native_id), reverse=True)
        self._shelves = {
            name: [post for post in newest_first if post.platform == name] for name in PLATFORMS
        }

    def answer(self, request: Request) -> Answer:
        """Answer for the platform whose path is asked, or fail."""
        if request.path.startswith("/2/"):
            platform, speak = "x", self._x
        elif request.path.startswith("/api/v1/search_by_date"):
            platform, speak = "hackernews", self._hackernews
        else:
            platform, speak = "reddit", self._reddit
        dice = self._dice[platform]
        if dice.random() >= self.share_of_faults:
            return speak(request)
        name, fail = dice.choice(_FAULTS)
        self.faults[name] += 1
        return fail(speak(request), self.now, dice)

    def _shown(self, platform: str) -> list[Post]:
        return [post for post in self._shelves[platform] if post.created_at <= self.now]

    def _x(self, request: Request) -> Answer:
        asked = request.query
        since, until = (datetime.fromisoformat(asked[key]) for key in ("start_time", "end_time"))
        if since < self.now - timedelta(days=7) or until > self.now - timedelta(seconds=10):
            return Answer.of({"title": "Invalid Request"}, status=400)
        found = [post for post in self._shown("x") if since <= post.created_at < until]
        behind = asked.get("next_token")
        if behind:
            found = [post for post in found if int(post.native_id) < int(behind)]
        page = found[: int(asked["max_results"])]
        meta = {"result_count": len(page)}
        more = {"next_token": page[-1].native_id} if len(found) > len(page) else {}
        data = [
            {
                "id": post.native_id,
                "edit_history_tweet_ids": [post.native_id],
                "text": post.text,
                "author_id": "7",
                "created_at": f"{post.created_at:%Y-%m-%dT%H:%M:%S}.000Z",
            }
            for post in page
        ]
        users = {"users": [{"id": "7", "username": "ann", "name": "Ann"}]}
        if not page:
            return Answer.of({"meta": meta})
        return Answer.of({"data": data, "includes": users, "meta": meta | more})

    def _hackernews(self, request: Request) -> Answer:
        found = self._shown("hackernews")
        for bound in request.query["numericFilters"].split(","):
            sign = ">=" if ">=" in bound else "<"
            moment = datetime.fromtimestamp(int(bound.partition(sign)[2]), UTC)
            found = [post for post in found if (post.created_at >= moment) is (sign == ">=")]
        hits = [
            {
                "objectID": post.native_id,
                "comment_text": post.text,
                "author": "ann",
                "created_at_i": int(post.created_at.timestamp()),
                "_tags": ["comment"],
            }
            for post in found[: int(request.query["hitsPerPage"]) // 10]
        ]
        return Answer.of({"hits": hits, "nbHits": len(found)})

    def _reddit(self, request: Request) -> Answer:
        if request.path.endswith("/access_token"):
            token = {"access_token": "t", "token_type": "bearer", "expires_in": 86_400}
            return Answer.of(token | {"scope": "*"})
        kind, key = ("t1", "comments") if "/comments" in request.path else ("t3", "search")
        found = [post for post in self._shown("reddit") if post.native_id.startswith(kind)]
        found = found[: _LISTED[key]]
        behind = request.query.get("after")
        if behind:
            # Behind what it no longer lists, Reddit shows nothing.
            names = [post.native_id for post in found]
            found = found[1 + names.index(behind) :] if behind in names else []
        page = found[: int(request.query["limit"])]
        children = [
            {
                "kind": kind,
                "data": {
                    "name": post.native_id,
                    ("body" if kind == "t1" else "selftext"): post.text,
                    "author": "ann",
                    "created_utc": post.created_at.timestamp(),
                },
            }
            for post in page
        ]
        after = page[-1].native_id if len(found) > len(page) else None
        return Answer.of({"kind": "Listing", "data": {"children": children, "after": after}})


Fail = Callable[[Answer, datetime, random.Random], Answer]


def _limited(_answer: Answer, now: datetime, dice: random.Random) -> Answer:
    """Say when to come back, in the words of X, of Reddit, or of anybody."""
    wait_s = dice.randrange(60, 900)
    headers: Mapping[str, str] = dice.choice(
        [
            {"x-rate-limit-reset": f"{now.timestamp() + wait_s:.0f}"},
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(wait_s)},
            {"Retry-After": str(wait_s)},
        ]
    )
    return Answer(status=429, headers=headers)


def _cut(answer: Answer, _now: datetime, dice: random.Random) -> Answer:
    return replace(answer, cut_after=dice.randrange(max(len(answer.body), 1)))


def _status(status: int) -> Fail:
    return lambda _answer, _now, _dice: Answer(status=status)


_FAULTS: Sequence[tuple[str, Fail]] = (
    ("429 until", _limited),
    ("429", _status(429)),
    ("500", _status(500)),
    ("502", _status(502)),
    ("503", _status(503)),
    ("time-out", lambda answer, _now, _dice: replace(answer, delay_s=2 * TIMEOUT_S)),
    ("cut", _cut),
    ("cut", _cut),
    ("no answer", lambda _answer, _now, _dice: Answer(hangs_up=True)),
    ("not JSON", lambda answer, _now, _dice: replace(answer, body=answer.body[:-20])),
)
