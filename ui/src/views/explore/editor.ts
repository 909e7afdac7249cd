/** CodeMirror with PromQL. Loaded only when Explore is opened: it is larger than the rest of the UI. */
import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
  completionStatus,
  selectedCompletion,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorState, Prec, StateEffect, StateField } from '@codemirror/state';
import { Decoration, drawSelection, EditorView, keymap, placeholder, type DecorationSet } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { PromQLExtension } from '@prometheus-io/codemirror-promql';
import { text } from '../../lib/text';
import { completionClient } from './completion';

export interface Editor {
  focus(): void;
  /** The text, e.g. for running it. */
  read(): string;
  write(query: string): void;
  /** Underlines what the server complained about, or nothing. */
  markError(span: { from: number; to: number } | null): void;
  destroy(): void;
}

export interface EditorEvents {
  onRun: () => void;
  onChange: (query: string) => void;
}

const setError = StateEffect.define<{ from: number; to: number } | null>();
const errorMark = Decoration.mark({ class: 'cm-server-error' });

/** The underline goes with the first change: the text it spoke of is no longer there. */
const errorField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setError)) continue;
      const span = effect.value;
      return span === null || span.from >= span.to ? Decoration.none : Decoration.set([errorMark.range(span.from, span.to)]);
    }
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const colors = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--code-keyword)' },
  { tag: [tags.function(tags.variableName), tags.operatorKeyword, tags.modifier], color: 'var(--code-function)' },
  { tag: tags.labelName, color: 'var(--code-label)' },
  { tag: tags.string, color: 'var(--code-string)' },
  { tag: [tags.number, tags.special(tags.number), tags.literal], color: 'var(--code-number)' },
  { tag: tags.comment, color: 'var(--text-muted)', fontStyle: 'italic' },
  { tag: tags.invalid, color: 'var(--bad)' },
]);

/** Whether the chosen option is what stands before the cursor already, so that taking it would change nothing. */
function isWritten(state: EditorState): boolean {
  const option = selectedCompletion(state);
  if (option === null || option.apply !== undefined) return false;
  const head = state.selection.main.head;
  const before = state.doc.sliceString(0, head);
  return /[\w:]*$/.exec(before)?.[0] === option.label;
}

/** Gives the keys back to the page. */
function leave(view: EditorView): boolean {
  view.contentDOM.blur();
  return true;
}

export function createEditor(parent: HTMLElement, query: string, events: EditorEvents): Editor {
  const promql = new PromQLExtension().setComplete({ remote: completionClient() });
  const run = (target: EditorView): boolean => {
    closeCompletion(target);
    events.onRun();
    return true;
  };
  const acceptOrRun = (target: EditorView): boolean => {
    const open = completionStatus(target.state) === 'active';
    if (!open || isWritten(target.state)) return run(target);
    // An option that has only just appeared is not taken, and not run past either.
    acceptCompletion(target);
    return true;
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: query,
      extensions: [
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        autocompletion({ icons: false }),
        syntaxHighlighting(colors),
        promql.asExtension(),
        errorField,
        placeholder(text.explore.placeholder),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': text.explore.editor, spellcheck: 'false' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) events.onChange(update.state.doc.toString());
        }),
        Prec.highest(
          keymap.of([
            { key: 'Ctrl-Enter', run },
            { key: 'Mod-Enter', run },
            { key: 'Enter', run: acceptOrRun },
            { key: 'Tab', run: acceptCompletion },
          ]),
        ),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, { key: 'Escape', run: leave }, ...historyKeymap, ...defaultKeymap]),
      ],
    }),
  });
  return {
    focus: () => view.focus(),
    read: () => view.state.doc.toString(),
    write: (next) => {
      if (next !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    markError: (span) => {
      const length = view.state.doc.length;
      view.dispatch({ effects: setError.of(span === null ? null : { from: Math.min(span.from, length), to: Math.min(span.to, length) }) });
    },
    destroy: () => {
      promql.destroy();
      view.destroy();
    },
  };
}
