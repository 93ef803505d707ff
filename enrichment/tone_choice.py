"""Which tone model a name means."""

from enrichment.tone import ToneModel, ToneModelUnavailable, default_tone_model

FAST, ACCURATE = "fast", "accurate"


def load_tone_model(name: str) -> ToneModel:
    """
    Load a tone model by name.

    Args:
        name: `fast`, the model that ships; `accurate`, the one of the extra `accurate`.

    Raises:
        ToneModelUnavailable: There is no such model here.
    """
    if name == FAST:
        return default_tone_model()
    if name == ACCURATE:
        from enrichment.tone_accurate import accurate_tone_model

        return accurate_tone_model()
    msg = f"there is no tone model {name!r}: name fast or accurate"
    raise ToneModelUnavailable(msg)
