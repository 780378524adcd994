// Completion: the terms of the data by their names, Chinese, English and prefixed; variables of the query; keywords.

const KEYWORDS = (
  "SELECT CONSTRUCT DESCRIBE ASK WHERE FILTER OPTIONAL UNION MINUS GRAPH BIND VALUES DISTINCT REDUCED PREFIX BASE FROM NAMED " +
  "GROUP BY HAVING ORDER ASC DESC LIMIT OFFSET EXISTS NOT IN AS COUNT SUM AVG MIN MAX SAMPLE GROUP_CONCAT SEPARATOR " +
  "STR LANG LANGMATCHES DATATYPE BOUND IRI REGEX CONTAINS STRSTARTS STRENDS STRLEN SUBSTR REPLACE CONCAT COALESCE IF ROUND YEAR"
).split(" ").map((label) => ({ label, type: "keyword", boost: -50 }));

const WORD = /[?$]?[\p{L}\p{N}_][\p{L}\p{N}_:\-]*$|[?$]$/u;

export function completions(address, language) {
  let terms;
  const load = () => (terms ??= fetch(address).then((got) => got.json()).then((got) => options(got, language)).catch(() => []));
  return async (context) => {
    const word = context.matchBefore(WORD);
    if (!word && !context.explicit) return null;
    const typed = word ? word.text : "";
    if (/^[?$]/.test(typed)) return { from: word.from, options: variables(context.state.doc.toString(), typed), validFor: /^[?$]\S*$/ };
    return { from: word ? word.from : context.pos, options: [...(address ? await load() : []), ...KEYWORDS], validFor: /^[\p{L}\p{N}_:\-]*$/u };
  };
}

// A term is offered once under each of its names; what is written into the query is always its prefixed name.
function options({ prefixes, lists, terms }, language) {
  const said = (names) => (language.startsWith("zh") ? names.zh || names.en : names.en || names.zh) || "";
  return terms.flatMap(({ name, zh, en, kind, of }) => {
    const apply = written(name, prefixes);
    const list = of === undefined ? "" : said(lists[of]);
    const one = (label, ...details) => ({ label, detail: details.filter(Boolean).join(" · "), type: kind, apply });
    const names = [...new Set([zh, en].filter(Boolean))].map((label) => one(label, list, name.startsWith("<") ? "" : name));
    return name.startsWith("<") && names.length ? names : [one(name, said({ zh, en }), list), ...names];
  });
}

function written(name, prefixes) {
  const prefix = name.slice(0, name.indexOf(":") + 1);
  return (view, completion, from, to) => {
    const text = view.state.doc.toString();
    const known = new RegExp(`PREFIX\\s+${prefix}`, "i").test(text);
    const head = known || !prefixes[prefix.slice(0, -1)] ? "" : `PREFIX ${prefix} <${prefixes[prefix.slice(0, -1)]}>\n`;
    const at = comments(text);
    const changes = [{ from, to, insert: name }, ...(head ? [{ from: Math.min(at, from), insert: head }] : [])];
    view.dispatch({ changes, selection: { anchor: from + name.length + head.length }, userEvent: "input.complete" });
  };
}

// Where a declaration may be put: after the comments that open the query.
function comments(text) {
  const found = /^(?:[ \t]*(?:#.*)?\r?\n)*/.exec(text);
  return found ? found[0].length : 0;
}

function variables(text, typed) {
  const names = new Set(text.match(/[?$][\p{L}\p{N}_]+/gu) || []);
  names.delete(typed);
  return [...names].map((label) => ({ label, type: "variable" }));
}
