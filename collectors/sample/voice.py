"""How the same thought comes out another way each time: light, human variation of a text."""

import re
from random import Random

_CHOICE = re.compile(r"\{([^{}]*)\}")
_PROTECTED = re.compile(r"[@#IÉ]|[ÉEe]pervier|Hoogwael|Lindenaer|Montfaucel|Mandelo|Tapperijk")
_BRAND = re.compile(r"\b[ÉE]pervier")
_FRENCH_SIGN = re.compile(r" (?=[!?:;»])")

_OPENERS = {
    ("nl", "positive"): ("Aaah. ", "Ja! ", "Allez. ", "Yes. ", "Kijk. ", "Zeg. ", "Voilà. "),
    ("nl", "negative"): ("Pff. ", "Zucht. ", "Sorry hoor. ", "Allez... ", "Amai. ", "Zeg. "),
    ("nl", "neutral"): ("Zo. ", "Bon. ", "Goh. ", "Even dit. ", "Ok. ", "Hallo! ", "Tja. "),
    ("fr", "positive"): ("Ah ! ", "Oh oui. ", "Voilà. ", "Bon. ", "Sérieux... "),
    ("fr", "negative"): ("Pfff. ", "Bon... ", "Sérieusement ? ", "Non mais. ", "Désolé. "),
    ("fr", "neutral"): ("Bonjour ! ", "Tiens. ", "Bon. ", "Alors... ", "Dites. "),
    ("en", "positive"): ("Ok. ", "Yes! ", "Right. ", "Honestly. ", "Well. "),
    ("en", "negative"): ("Ugh. ", "Wow. ", "Sigh. ", "Seriously? ", "Right. "),
    ("en", "neutral"): ("Hi all! ", "So. ", "Hm. ", "Ok. ", "Random thought. "),
    ("de", "positive"): ("Hach. ", "So. ", "Ja! ", "Ehrlich. "),
    ("de", "negative"): ("Puh. ", "Ernsthaft? ", "Tja. ", "Oje. "),
    ("de", "neutral"): ("Moin! ", "Hallo! ", "So. ", "Hm. "),
}
_CLOSERS = {
    ("nl", "positive"): (" 😍", " 👌", " :-)", " 🙌", " Echt waar.", " Zalig!", " haha"),
    ("nl", "negative"): (" 😡", " 🤦", " Bah.", " Niet oké.", " Echt jammer.", " 👎", " Grr."),
    ("nl", "neutral"): (" 🙂", " ...", " Voilà.", " 🤔", " Maar goed."),
    ("fr", "positive"): (" 😍", " 👌", " 🙌", " Vraiment.", " :)", " Quel régal !"),
    ("fr", "negative"): (" 😡", " 🤦", " Vraiment.", " Dommage.", " 👎", " Bravo l'ambiance."),
    ("fr", "neutral"): (" 🙂", " ...", " Voilà.", " 🤔", " Enfin bref."),
    ("en", "positive"): (" 😍", " 👌", " Honestly.", " :)", " 🙌", " Lovely."),
    ("en", "negative"): (" 😡", " 🤦", " Honestly.", " 👎", " Not ok.", " smh."),
    ("en", "neutral"): (" 🙂", " ...", " 🤔", " Anyway."),
    ("de", "positive"): (" 😍", " 👌", " :)", " Echt.", " Top!"),
    ("de", "negative"): (" 😡", " 🤦", " Echt jetzt.", " 👎", " Schade."),
    ("de", "neutral"): (" 🙂", " ...", " 🤔", " Na ja."),
}
_THANKS = {
    "nl": (" Alvast bedankt!", " Merci!", " 🙏", " Iemand?"),
    "fr": (" Merci !", " Merci d'avance.", " 🙏"),
    "en": (" Thanks!", " 🙏", " Anyone?", " Ta."),
    "de": (" Danke!", " Danke euch.", " 🙏"),
}
_EDIT_NOTES = {
    "nl": (" (edit: typfout)", "\n\nEdit: bedankt voor de vele reacties!", "\n\nEdit: opgelost."),
    "fr": (" (édit : faute corrigée)", "\n\nÉdit : merci pour vos réponses !"),
    "en": (" (edit: typo)", "\n\nEdit: thanks everyone!", "\n\nEdit: sorted."),
    "de": (" (Edit: Tippfehler)", "\n\nEdit: danke euch allen!"),
}

# How often people do what.
_RESPELLED = 0.3
_TYPOGRAPHIC = 0.3
_OPENED = 0.22
_UNCAPITALISED = 0.2
_UNSTOPPED = 0.14
_CLOSED, _OPENED_AND_CLOSED = 0.36, 0.12
_LOWERED = 0.03


def choose(text: str, rng: Random) -> str:
    """Settle each `{a|b}` of a hand-written text."""
    return _CHOICE.sub(lambda match: rng.choice(match[1].split("|")), text)


def speak(text: str, language: str, tone: str, rng: Random) -> str:
    """
    Say a hand-written text as somebody would today.

    The words stay; what changes is how it opens and ends, capitals, accents
    of the brand, the blank before French punctuation.
    """
    said = choose(text, rng)
    if rng.random() < _RESPELLED:
        said = _respell_brand(said, rng)
    if language == "fr" and rng.random() < _TYPOGRAPHIC:
        said = _FRENCH_SIGN.sub("\N{NO-BREAK SPACE}", said)
    is_opened = said[0] not in "@#" and rng.random() < _OPENED
    if is_opened:
        said = rng.choice(_OPENERS[language, tone]) + said
    elif language != "de" and not _PROTECTED.match(said) and rng.random() < _UNCAPITALISED:
        said = said[0].lower() + said[1:]
    if rng.random() < _UNSTOPPED:
        said = said.removesuffix(".")
    if rng.random() < (_OPENED_AND_CLOSED if is_opened else _CLOSED):
        is_asking = said.endswith("?")
        said += rng.choice(_THANKS[language] if is_asking else _CLOSERS[language, tone])
    if language != "de" and rng.random() < _LOWERED:
        said = said.lower()
    return said


def reword_edit(text: str, language: str, rng: Random) -> str:
    """Say how a post reads after its author edited it."""
    return text + rng.choice(_EDIT_NOTES[language])


def _respell_brand(text: str, rng: Random) -> str:
    spelling = rng.choice(("Epervier", "Epervier", "Épervier", "EPERVIER", "épervier"))
    return _BRAND.sub(spelling, text)
