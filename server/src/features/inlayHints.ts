import type { InlayHint, Range } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Hint } from '../hints';

/** The hints inside a range, in LSP's form. */
export function inlayHints(document: TextDocument, hints: readonly Hint[], range: Range): InlayHint[] {
  const from = document.offsetAt(range.start);
  const to = document.offsetAt(range.end);
  return hints
    .filter(({ offset }) => from <= offset && offset <= to)
    .map(({ offset, label, tooltip }) => ({
      position: document.positionAt(offset),
      label: label.trimStart(),
      // Padding is drawn by the editor, so that copied hints have no stray spaces.
      paddingLeft: label.startsWith(' '),
      tooltip: { kind: 'markdown', value: `${tooltip}\n\n*Shapes as of the last save.*` },
    }));
}
