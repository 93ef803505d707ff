"""The rules by which mentions are flagged: those that ship, and those of `flags.toml`."""

import tomllib
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from collectors.configuration.folder import read_setting

Flag = Literal[
    "complaint",
    "question",
    "praise",
    "recommendation",
    "recall",
    "breach",
    "strike",
    "legal",
    "boycott",
    "threat",
]
"""What a mention possibly is, or possibly tells; always about the subject, never about a person."""
FLAGS: tuple[Flag, ...] = get_args(Flag)
EVENTS: frozenset[Flag] = frozenset({"recall", "breach", "strike", "legal", "boycott", "threat"})
"""Flags that tell of something that happened: no question, condition or denial counts."""

Sentence = Literal["statement", "question", "any"]
_Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]
_Text = Annotated[str, Field(min_length=1, max_length=500)]


class FlagRule(BaseModel):
    """A few phrases of one language that make a mention possibly this or that."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: _Name
    flag: Flag
    language: Literal["nl", "fr", "en", "de", "any"] = "any"
    """Texts in which language it reads; texts in no known one are read by all rules."""
    phrases: Annotated[tuple[_Text, ...], Field(min_length=1, strict=False)]
    unless: Annotated[tuple[_Text, ...], Field(strict=False)] = ()
    """Phrases that take the flag back in the same sentence; praise in the whole passage."""
    sentence: Sentence | None = None
    """In which sentences it counts; None: as is usual for the flag."""
    must: Annotated[tuple[_Text, ...], Field(min_length=1, strict=False)]
    """Texts that it must flag; `{subject}` stands for the name."""
    must_not: Annotated[tuple[_Text, ...], Field(min_length=1, strict=False)]
    """Texts that it must not flag."""

    @property
    def counts_in(self) -> Sentence:
        """In which sentences the rule counts."""
        if self.sentence is not None:
            return self.sentence
        if self.flag == "question":
            return "question"
        return "any" if self.flag == "complaint" else "statement"

    @model_validator(mode="after")
    def _keeps_its_promises(self) -> Self:
        from enrichment.flags.promises import broken_promise

        if message := broken_promise(self):
            raise ValueError(message)
        return self


class FlagSettings(BaseModel):
    """What may be said in `flags.toml`: rules switched off, and rules of one's own."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    off: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Ids of rules, or names of flags."""
    rule: Annotated[tuple[FlagRule, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        shipped = {rule.id for rule in shipped_rules()}
        own = [rule.id for rule in self.rule]
        for name in own:
            if name in shipped or own.count(name) > 1:
                msg = f"the rule id '{name}' is taken, choose another one"
                raise ValueError(msg)
        for name in self.off:
            if name not in shipped and name not in FLAGS:
                msg = f"'{name}' in off is neither a rule nor a flag, the flags are {', '.join(FLAGS)}"
                raise ValueError(msg)
        return self

    def rules(self) -> tuple[FlagRule, ...]:
        """List the rules that count: those that ship, less what is off, and the own ones."""
        known = (*shipped_rules(), *self.rule)
        return tuple(r for r in known if r.id not in self.off and r.flag not in self.off)


@lru_cache(maxsize=1)
def shipped_rules() -> tuple[FlagRule, ...]:
    """Read the rules that ship: one file for each flag."""
    return tuple(FlagRule.model_construct(**values) for values in _shipped_tables())


def _shipped_tables() -> Iterator[dict[str, Any]]:
    """Give the tables of the files; what they promise, the suite keeps."""
    for flag in FLAGS:
        file = files("enrichment.flags").joinpath("rules", f"{flag}.toml")
        for table in tomllib.loads(file.read_text(encoding="utf-8"))["rule"]:
            values = {"flag": flag, **table}
            for key in ("phrases", "unless", "must", "must_not"):
                values[key] = tuple(values.get(key, ()))
            yield values


def read_flags(folder: Path) -> FlagSettings:
    """
    Read `flags.toml` of a configuration folder; without one, nothing but what ships counts.

    Raises:
        ConfigurationError: Something in it is wrong.
    """
    return read_setting(folder, "flags", FlagSettings)


def rules_version(rules: tuple[FlagRule, ...]) -> str:
    """Name a set of rules: equal rules have equal names."""
    written = "\n".join(rule.model_dump_json() for rule in rules)
    return sha256(written.encode()).hexdigest()[:12]
