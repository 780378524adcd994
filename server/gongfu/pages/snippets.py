"""Snippets: a query as it is run from Excel (Power Query), pandas, R and curl, ready to be copied.

Place in the flow: HTTP, pages; pure. Each language's own rules of quoting are kept: a query may hold anything.
"""

from collections.abc import Mapping

_MARK = "SPARQL"


def snippets(query: str, endpoint: str) -> Mapping[str, str]:
    """Return a program for each tool that asks an endpoint for a query's rows as CSV."""
    query = query.replace("\r\n", "\n")
    return {
        "excel": _excel(query, endpoint), "pandas": _pandas(query, endpoint), "r": _r(query, endpoint),
        "curl": curl(query, endpoint, "text/csv"),
    }  # fmt: skip


def curl(query: str, endpoint: str, media_type: str) -> str:
    """Return the call of curl that asks for a query in a media type."""
    mark = _MARK
    while mark in query.split("\n"):
        mark += "_"
    return (
        f"curl --get '{endpoint}' -H 'Accept: {media_type}' --data-urlencode query@- <<'{mark}'\n"
        f"{query.rstrip()}\n{mark}\n"
    )


def _excel(query: str, endpoint: str) -> str:
    """Power Query M: quotation marks are doubled, #( opens an escape; no name is that of the field it is put in."""
    text = query.rstrip().replace("#(", "#(#)(").replace('"', '""').replace("\n", "#(lf)").replace("\t", "#(tab)")
    return (
        f'let\n  sparql = "{text}",\n'
        f'  file = Web.Contents("{endpoint}", [Query = [query = sparql], Headers = [Accept = "text/csv"]]),\n'
        "  rows = Table.PromoteHeaders(Csv.Document(file, [Encoding = 65001, QuoteStyle = QuoteStyle.Csv]))\n"
        "in\n  rows\n"
    )


def _pandas(query: str, endpoint: str) -> str:
    plain = "\\" not in query and '"""' not in query
    text = f'"""\n{query.rstrip()}\n"""' if plain else repr(query)
    return (
        f"from urllib.parse import urlencode\n\nimport pandas\n\nquery = {text}\n"
        f'table = pandas.read_csv("{endpoint}?" + urlencode({{"query": query}}), '
        'storage_options={"Accept": "text/csv"})\n'
    )


def _r(query: str, endpoint: str) -> str:
    """R's raw strings, which end in as many dashes as the text needs.

    Unless told otherwise ``URLencode`` leaves a text with %E5 in it as it is, and takes the encoding of the place.
    """
    dashes = "-"
    while f'){dashes}"' in query:
        dashes += "-"
    return (
        f'query <- r"{dashes}(\n{query.rstrip()}\n){dashes}"\n'
        f'address <- url(paste0("{endpoint}?query=", URLencode(enc2utf8(query), reserved = TRUE, repeated = TRUE)), '
        'headers = c(Accept = "text/csv"))\n'
        'table <- read.csv(address, encoding = "UTF-8", check.names = FALSE)\n'
    )
