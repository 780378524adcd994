// The editor of the query room: CodeMirror over the page's own text field, which keeps the query and is what is sent.
// It stands in a shadow root: there CodeMirror adopts its style sheets instead of writing <style> into the page, so that
// the page's policy needs no exception for styles.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap, setDiagnostics } from "@codemirror/lint";
import { searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";
import { completions } from "./completion.js";

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool], color: "var(--code-number)" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--code-variable)" },
  { tag: [tags.namespace, tags.url, tags.propertyName, tags.labelName], color: "var(--code-name)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--code-comment)", fontStyle: "normal" },
]);

const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--paper)", fontSize: "0.875rem" },
  "&.cm-focused": { outline: "3px solid var(--link)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", minHeight: "14rem" },
  ".cm-content": { caretColor: "var(--ink)", padding: "0.5rem 0" },
  ".cm-gutters": { color: "var(--quiet)", backgroundColor: "var(--shade)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "var(--code-line)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    { backgroundColor: "var(--code-selection)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--code-selection)" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--paper)", border: "1px solid var(--line)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "inherit", fontSize: "0.875rem", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.15rem 0.5rem" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--paper)", backgroundColor: "var(--link)" },
  ".cm-completionDetail": { marginLeft: "0.75rem", fontStyle: "normal", opacity: "0.8" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionInfo": { maxWidth: "22rem", lineHeight: "1.5" },
  ".cm-diagnostic": { padding: "0.3rem 0.6rem" },
  ".cm-panels": { color: "var(--ink)", backgroundColor: "var(--shade)" },
  ".cm-panels button, .cm-panels input": { font: "inherit" },
});

function open(field) {
  const form = field.form;
  const host = document.createElement("div");
  host.className = "editor";
  field.before(host);
  const root = host.attachShadow({ mode: "open" });
  const view = new EditorView({ root, parent: root, state: state(field, form) });
  field.hidden = true;
  field.required = false; // a hidden field that is required would block the form without a word
  document.querySelector(`label[for="${field.id}"]`)?.addEventListener("click", () => view.focus());
  form.addEventListener("submit", () => { field.value = view.state.doc.toString(); });
  mark(view, document.querySelector("[data-line]"));
  return view;
}

function state(field, form) {
  const run = () => { form.requestSubmit(); return true; };
  return EditorState.create({
    doc: field.value,
    extensions: [
      lineNumbers(), history(), highlightSpecialChars(), drawSelection(), highlightActiveLine(), bracketMatching(),
      closeBrackets(), indentOnInput(), sparql(), syntaxHighlighting(colours), look, EditorView.lineWrapping,
      autocompletion({ override: [completions(field.dataset.terms, document.documentElement.lang)], icons: false }),
      EditorState.phrases.of(JSON.parse(field.dataset.phrases || "{}")),
      EditorView.contentAttributes.of({ "aria-label": field.dataset.label || field.name }),
      // Tab is left to the browser: whoever works with the keyboard must be able to leave the editor.
      keymap.of([
        { key: "Mod-Enter", run }, ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap,
        ...searchKeymap, ...lintKeymap,
      ]),
      EditorView.updateListener.of((update) => { if (update.docChanged) field.value = update.state.doc.toString(); }),
    ],
  });
}

// What the service said of the query is shown at the place it named; columns count characters, not UTF-16 units.
function mark(view, said) {
  if (!said) return;
  const line = view.state.doc.line(Math.min(Math.max(1, Number(said.dataset.line)), view.state.doc.lines));
  const before = [...line.text].slice(0, Number(said.dataset.column) - 1).join("").length;
  const from = Math.min(line.from + before, line.to);
  const to = Math.min(line.to, from + Math.max(1, (said.dataset.near || "").length));
  view.dispatch(setDiagnostics(view.state, [{ from: from === to ? line.from : from, to, severity: "error", message: said.textContent.trim() }]));
  view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
}

document.querySelectorAll("textarea[data-editor]").forEach(open);
