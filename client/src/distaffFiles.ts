import { LANGUAGES } from './contributions';

// Line by line, so that a commented-out import does not count; `from` may stand lines below its `import {`.
const IMPORT = /^(?!\s*(?:\/\/|\/?\*)).*?\b(?:from|import|require)\s*\(?\s*(['"])distaff(?:\/[^'"]*)?\1/m;

/** Whether the text imports `distaff`. A guess good enough to start the server, which parses the file properly. */
export const importsDistaff = (text: string): boolean => text.includes('distaff') && IMPORT.test(text);

/** What `vscode.TextDocument` has of it. */
interface TextFile {
  readonly languageId: string;
  readonly uri: { readonly scheme: string };
  getText(): string;
}

/** Whether the language server reads such documents: TypeScript files on disk. */
export const isTypeScriptFile = (document: TextFile): boolean =>
  document.uri.scheme === 'file' && LANGUAGES.some((language) => language === document.languageId);

/** Whether there are shapes to show: a TypeScript file on disk that imports `distaff`. */
export const isDistaffFile = (document: TextFile): boolean =>
  isTypeScriptFile(document) && importsDistaff(document.getText());
