/** The code editor, in a shadow root: there its styles are adopted sheets, which the page's policy lets through. */
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  closeBrackets,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, hoverTooltip, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { GIVEN, OPERATIONS, type OperationText } from '../../workbook/operations.js';
import { language } from '../words/words.js';

export interface Editor {
  /** Puts other code in its place. */
  setText(text: string): void;
  /** Marks a line, counted from 1, with a sentence; none where it is undefined. */
  mark(line: number | undefined, sentence: string): void;
  remove(): void;
}

const colors = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: tags.comment, color: 'var(--ink-soft)', fontStyle: 'italic' },
  { tag: [tags.typeName, tags.className], color: 'var(--code-type)' },
  { tag: tags.function(tags.variableName), color: 'var(--code-name)' },
]);

const look = EditorView.theme({
  '&': {
    fontSize: '14px',
    color: 'var(--ink)',
    backgroundColor: 'var(--raised)',
    borderRadius: '10px',
    border: '1px solid var(--line-strong)',
  },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '2px' },
  '.cm-scroller': { fontFamily: 'ui-monospace, "SF Mono", Menlo, Consolas, "D2Coding", monospace', lineHeight: '22px' },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--ink-soft)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--ink) 4%, transparent)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 26%, transparent)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--card)',
    color: 'var(--ink)',
    border: '1px solid var(--line-strong)',
    borderRadius: '8px',
    maxWidth: '380px',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--accent-ink)' },
  '.cm-completionInfo': { padding: '8px 10px' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--alarm)' },
  '.about': { padding: '8px 10px', font: '13px/1.45 system-ui, sans-serif' },
  '.about code': { display: 'block', marginBottom: '4px', fontFamily: 'ui-monospace, Menlo, Consolas, monospace' },
});

function about({ signature, text }: OperationText): HTMLElement {
  const place = document.createElement('div');
  place.className = 'about';
  const code = document.createElement('code');
  code.textContent = signature;
  place.append(code, text[language.value]);
  return place;
}

function complete(context: CompletionContext) {
  const word = context.matchBefore(/[\w$]*(\.\w*)?$/);
  if (!word || (word.from === word.to && !context.explicit)) return null;
  const dot = word.text.lastIndexOf('.');
  const options = (texts: Readonly<Record<string, OperationText>>, type: string): Completion[] =>
    Object.entries(texts).map(([label, text]) => ({ label, type, info: () => about(text) }));
  if (dot >= 0) return { from: word.from + dot + 1, options: options(OPERATIONS, 'function'), validFor: /^\w*$/ };
  return {
    from: word.from,
    options: [{ label: 'tf', type: 'namespace' }, ...options(GIVEN, 'variable')],
    validFor: /^\w*$/,
  };
}

const hover = hoverTooltip((view, position) => {
  const { text, from } = view.state.doc.lineAt(position);
  for (const match of text.matchAll(/[A-Za-z_]\w*/g)) {
    const [start, end] = [from + match.index, from + match.index + match[0].length];
    if (position < start || position > end) continue;
    const isMember = text[match.index - 1] === '.';
    const known = isMember ? OPERATIONS : GIVEN;
    if (!Object.hasOwn(known, match[0])) return null;
    return { pos: start, end, above: true, create: () => ({ dom: about(known[match[0]] as OperationText) }) };
  }
  return null;
});

export function createEditor(
  place: HTMLElement,
  label: string,
  text: string,
  onChange: (text: string) => void,
): Editor {
  const root = place.shadowRoot ?? place.attachShadow({ mode: 'open', delegatesFocus: true });
  const view = new EditorView({
    root,
    parent: root as unknown as Element,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        javascript({ typescript: true }),
        autocompletion({ override: [complete] }),
        hover,
        lintGutter(),
        syntaxHighlighting(colors),
        look,
        EditorState.tabSize.of(2),
        EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
        keymap.of([...defaultKeymap, ...historyKeymap, ...completionKeymap, indentWithTab]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  // An editor outside of the window is not measured until it is scrolled to: on paper its line numbers stood closer than
  // its lines. Where something is to be scrolled within it, it is measured at once.
  view.dispatch({ effects: view.scrollSnapshot() });
  return {
    setText(next) {
      if (next === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    mark(line, sentence) {
      const { doc } = view.state;
      const found = line !== undefined && line >= 1 && line <= doc.lines ? doc.line(line) : undefined;
      const diagnostics = found
        ? [{ from: found.from, to: found.to, severity: 'error' as const, message: sentence }]
        : [];
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    remove() {
      view.destroy();
    },
  };
}
