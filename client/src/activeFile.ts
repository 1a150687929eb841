import { type TextDocument, window } from 'vscode';
import { isDistaffFile, isTypeScriptFile } from './distaffFiles';

/** The file that the active editor shows, where it has shapes; else throws an error that says what is missing. */
export const activeDistaffFile = (): TextDocument => {
  const document = window.activeTextEditor?.document;
  if (!document) throw new Error('Open a TypeScript file that imports distaff to see its shapes.');
  if (isDistaffFile(document)) return document;
  const name = document.uri.path.split('/').at(-1);
  throw new Error(
    isTypeScriptFile(document)
      ? `${name} does not import distaff, so it has no shapes.`
      : `${name} has no shapes: only TypeScript files on disk that import distaff have.`,
  );
};
