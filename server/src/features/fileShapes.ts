import { TextDocument } from 'vscode-languageserver-textdocument';
import type { FileResult } from '../fileResult';
import type { FileShapes } from '../protocol';

/** A result as the command line and the shapes view print it: lines and characters from 1. */
export function fileShapes({ text, hints, problems, modules, status }: FileResult): FileShapes {
  const document = TextDocument.create('', 'typescript', 0, text);
  const place = (offset: number) => {
    const { line, character } = document.positionAt(offset);
    return { line: line + 1, character: character + 1 };
  };
  return {
    modules: modules.map(({ offset, ...module }) => ({ ...module, line: place(offset).line })),
    hints: hints.map(({ offset, label }) => ({ ...place(offset), label: label.trimStart() })),
    diagnostics: problems.map(({ start, message, severity }) => ({ ...place(start), severity, message })),
    status,
  };
}
