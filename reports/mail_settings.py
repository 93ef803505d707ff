"""Who sends mail, who gets it, and what it links to: the optional file `config/mail.toml`."""

from email.errors import HeaderParseError
from email.headerregistry import Address, HeaderRegistry
from typing import Annotated, Any, cast

from pydantic import AfterValidator, Field

from collectors.watchlist import Frozen
from reports.foreign_text import plain, safe_link


def parse_address(text: str) -> Address:
    """
    Read one address, with or without a name: `Duty desk <duty@acme.example>`.

    Raises:
        ValueError: It is none, or more than one.
    """
    try:
        header = cast("Any", HeaderRegistry()("To", plain(text)))
    except (HeaderParseError, IndexError):
        # The library's parser stumbles over some beginnings of an address.
        header = None
    if header and plain(text) == text.strip() and len(header.addresses) == 1:
        address = cast("Address", header.addresses[0])
        is_whole = bool(address.username and address.domain) and " " not in address.domain
        if is_whole and not header.defects and address.addr_spec.isascii():
            return address
    msg = f'{text!r} is no mail address: write for instance "Duty desk <duty@acme.example>"'
    raise ValueError(msg)


def _address(text: str) -> str:
    parse_address(text)
    return text


def _link(text: str) -> str:
    if safe_link(text) is None:
        msg = f'{text!r} is no web address: write for instance "https://luisterpost.acme.example"'
        raise ValueError(msg)
    return text.rstrip("/")


MailAddress = Annotated[str, AfterValidator(_address)]


class MailSettings(Frozen):
    """How mails go out; every value has a default, but without recipients none is made."""

    sender: MailAddress = "Luisterpost <luisterpost@localhost>"
    """From whom mails come; the mail server must accept it."""
    report_to: tuple[MailAddress, ...] = Field(default=(), max_length=100)
    """Who gets the status reports; which, `every` in `reports.toml` says."""
    alert_to: tuple[MailAddress, ...] = Field(default=(), max_length=100)
    """Who gets alerts."""
    base_link: Annotated[str, AfterValidator(_link)] | None = None
    """Where the reports folder can be opened in a browser; None: mails link to no report."""

    command: Annotated[str, Field(pattern=r"^[ -~]+$", max_length=40)] = "luisterpost"
    """What people type where they answer alerts, such as `luisterpost-as luisterpost`."""

    @property
    def sender_address(self) -> Address:
        """The sender, taken apart."""
        return parse_address(self.sender)

    @property
    def report_addresses(self) -> tuple[Address, ...]:
        """The status report's recipients, taken apart."""
        return tuple(parse_address(text) for text in self.report_to)

    @property
    def alert_addresses(self) -> tuple[Address, ...]:
        """The alerts' recipients, taken apart."""
        return tuple(parse_address(text) for text in self.alert_to)
