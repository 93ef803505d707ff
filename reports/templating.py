"""How the templates of pages and mails are read: escaped, and strict about what is missing."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports.foreign_text import clip, plain, safe_link


def template_environment() -> Environment:
    """Make an environment for `reports/templates`, with the filters that tame words from outside."""
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"clip": clip, "plain": plain, "safe_link": safe_link}
    return environment
