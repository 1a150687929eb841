import { readFileSync, statSync } from 'node:fs';
import type { TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import type { ReadText } from './source/graph';

/** Nobody writes a larger source by hand, and one would stall everything else. */
const LARGEST_SOURCE = 5_000_000;

/** Reads files as the editor has them, else from disk. Throws where a file is missing, huge or not text. */
export function editorText(documents: TextDocuments<TextDocument>): ReadText {
  return (path) => {
    const open = openDocument(documents, path);
    if (open !== undefined) return checked(path, open.getText());
    const { size } = statSync(path);
    if (size > LARGEST_SOURCE) {
      throw new Error(
        `${path} has ${(size / 1e6).toFixed(1)} MB; shapes are worked out for sources up to ${LARGEST_SOURCE / 1e6} MB.`,
      );
    }
    return checked(path, readFileSync(path, 'utf8'));
  };
}

/** The open document of a file. Editors write the same file's URI in different ways. */
export function openDocument(documents: TextDocuments<TextDocument>, path: string): TextDocument | undefined {
  return documents.get(URI.file(path).toString()) ?? documents.all().find(({ uri }) => URI.parse(uri).fsPath === path);
}

function checked(path: string, text: string): string {
  if (text.includes('\0')) throw new Error(`${path} is not a text file: it holds NUL characters.`);
  return text;
}
