"""How the templates of pages and mails are read: escaped, and strict about what is missing."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports.foreign_text import plain


def template_environment() -> Environment:
    """Make an environment for `reports/templates`, with the filter that tames words from outside."""
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["plain"] = plain
    return environment
