"""What can go wrong at a source, by what the caller does about it."""

from datetime import datetime


class CollectError(Exception):
    """A source did not answer as asked; what was read before stays valid."""

    reason = "failed"
    """The word that the ledger keeps."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.reason)


class RateLimited(CollectError):
    """The platform wants us to wait."""

    reason = "rate_limited"

    def __init__(self, until: datetime | None = None, message: str = "") -> None:
        """
        Args:
            until: When the platform answers again (aware, UTC), if it said so.
            message: What the platform said.
        """
        super().__init__(
            message or (f"rate limited until {until:%Y-%m-%d %H:%M:%S} UTC" if until else "")
        )
        self.until = until


class AuthFailed(CollectError):
    """The credential is missing, wrong, expired, or not allowed to do this: a person must act."""

    reason = "auth_failed"


class SourceGone(CollectError):
    """The platform says that this stream no longer exists (404, 410)."""

    reason = "gone"


class SourceTimeout(CollectError):
    """No answer within the time-out."""

    reason = "timeout"


class SourceUnreachable(CollectError):
    """No connection, or one that was cut."""

    reason = "unreachable"


class ServerFault(CollectError):
    """The platform answered with a fault of its own (5xx)."""

    reason = "server_error"


class BadAnswer(CollectError):
    """The answer can't be read: cut JSON, HTML instead of data, a page that repeats for ever."""

    reason = "bad_answer"


class BadRequest(CollectError):
    """The platform refuses the request itself (400, 422): usually the query."""

    reason = "bad_request"


class PlaceLost(BadAnswer):
    """The pages lead nowhere from here: in a circle, back to newer items, or to nothing at all."""
