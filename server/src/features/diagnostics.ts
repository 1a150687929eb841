import { readFileSync } from 'node:fs';
import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import type { Diagnosis } from '../problems';

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;

/** A document's problems in LSP's form. */
export function diagnostics(document: TextDocument, problems: readonly Diagnosis[]): Diagnostic[] {
  return problems.map(({ start, end, message, severity, related }) => ({
    range: { start: document.positionAt(start), end: document.positionAt(end) },
    message,
    severity: SEVERITIES[severity],
    source: 'distaff',
    relatedInformation: related.flatMap(({ path, offset, message: cause }) => {
      const position = positionIn(path, offset);
      return position === undefined
        ? []
        : [{ location: { uri: URI.file(path).toString(), range: { start: position, end: position } }, message: cause }];
    }),
  }));
}

function positionIn(path: string, offset: number) {
  try {
    return TextDocument.create('', '', 0, readFileSync(path, 'utf8')).positionAt(offset);
  } catch {
    return undefined;
  }
}
