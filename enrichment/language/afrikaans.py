"""Is a text in Afrikaans rather than Dutch? It has no frequency list, and detectors mix the two."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_AFRIKAANS_WORDS = """
    aand afgelope agt alhoewel almal alreeds altyd asook baie behalwe belangrik besig beskerm
    beskou besoek betrokke beweer bietjie binnekort blomme bly blyk bome bou by byna daardie
    daaroor dae dalk desember deur dinge dink dis dié dogter duisend eers egter eie eintlik ek
    elkeen februarie gebeur gebring gee gegee gekry geleentheid geleë gelyk gemaak gereeld gesin
    geskryf gesondheid gesê gevra gewoonlik gister glo gou haarself heelwat hieraan hierdie
    hieroor hoekom hom homself hul hulle hulself hy hê iewers januarie jare jou jouself julie
    julle junie jy kla kry kuier kyk laaste lewe lewens lyk lê maklik mense miskien moeilik moes
    moontlik my myself môre n nag natuurlik navorsing nege nie nuut nuwe ná nê nêrens oggend
    onderwys onderwyser onmoontlik onthou oor oos ouers perd polisie probeer prys reën ry saak
    saam sake sal saterdag se sedert see seisoen seker sekere self ses seun sewe siek siekte
    sien skaars skep skielik skiet skool skoon skryf skrywer skuif skuld slegs so sodat somer
    son sondag sonder soos sou sowat sowel span stadig steeds sterf suid sukkel sukses sulke
    swak swart sy sê tans teen terwyl tog tyd tydens vanaand vandag vanjaar veral verduidelik
    verskeie verskil vinnig vir vleis voël vra vrae vroeër vrydag waarskynlik wedstryd weens
    wees weke werklik wes word wou wyn wys wêreld wêreldbeker êrens
"""
"""Frequent in Afrikaans, and rare or unknown in Dutch."""
_DUTCH_WORDS = """
    alleen als bent ben bij dan dat de deze door een er gaat geen gewoon goed had heb hebben heeft
    hij hun ik je jij kunnen maar meer mensen mijn moet naar niet nog nu om omdat ook over te uit
    veel voor we weer wel werd wij worden wordt zal ze zich zij zijn zo zou
"""
_AFRIKAANS, _DUTCH = frozenset(_AFRIKAANS_WORDS.split()), frozenset(_DUTCH_WORDS.split())
# Afrikaans writes y for ij, s for z, sk for sch and k for c, has lost the t of gewerkt and
# the n of many plurals, and makes -hede of -heid.
_AFRIKAANS_SPELLING = re.compile(
    r"y|sk|skap|like$|isie|asie|ê|ô|sies?$|tjies?$|eeu|ïe|oë|eë|aë|uur$|gs|[lnrs]s$|hede?$|wwe"
    r"|^ge\w+[^tdn]$|^in[^e]"
)
_DUTCH_SPELLING = re.compile(
    r"ij|z|c|x|th|uw|tie$|lijk|[^e]eën|[^aeiou]en$|aat$|[bdfghkpsv]t$|ngt$|eer[dt]$|^ge\w+[td]$"
)

_RARE, _SELDOM, _NEVER = -8.0, -11.0, -14.0
"""Natural logarithms of a word's share of Dutch."""
_WEIGHTS = (2.3, -0.4, 0.1, -2.3, 1.35, 0.2, 0.7)
_LONGER_TEXT = 0.4
"""By logistic regression on texts in both languages. The detector is worth more on longer ones."""


def weigh_afrikaans(
    words: Sequence[str], dutch: NDArray[np.float16], detector: float, *, is_short: bool
) -> float:
    """
    Weigh the words of a text that is in one of the two.

    Args:
        words: In lower case, without names.
        dutch: Shape (n words): the logarithm of how frequent each is in Dutch.
        detector: Afrikaans over Dutch, the log-odds that a detector gives.
        is_short: Is the text of a few words only?

    Returns:
        The log-odds of Afrikaans over Dutch, were both as frequent.
    """
    logs: list[float] = dutch.tolist()
    pairs = list(zip(words, logs, strict=True))
    features = (
        sum(log < _RARE and word in _AFRIKAANS for word, log in pairs),
        sum(word in _DUTCH for word in words),
        sum(log < _SELDOM and bool(_AFRIKAANS_SPELLING.search(word)) for word, log in pairs),
        sum(bool(_DUTCH_SPELLING.search(word)) for word in words),
        sum(log <= _NEVER for _, log in pairs),
        detector,
        1.0,
    )
    weighed: float = sum(weight * value for weight, value in zip(_WEIGHTS, features, strict=True))
    return weighed + (0.0 if is_short else _LONGER_TEXT * detector)
