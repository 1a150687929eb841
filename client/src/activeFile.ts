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
      ? `${name} does not import distaff, so it has no shapes to show. Add: import { nn } from 'distaff';`
      : `${name} is not a TypeScript file on disk. Shapes are shown for TypeScript files that import distaff.`,
  );
};
