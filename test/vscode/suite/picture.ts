import * as vscode from 'vscode';
import { eventually } from '../eventually';

const labelOf = ({ label }: vscode.InlayHint): string =>
  typeof label === 'string' ? label : label.map(({ value }) => value).join('');

/** Distaff's hints of a document, TypeScript's own left out. */
const hints = async (document: vscode.TextDocument): Promise<vscode.InlayHint[]> => {
  const whole = new vscode.Range(0, 0, document.lineCount, 0);
  const all = await vscode.commands.executeCommand<vscode.InlayHint[] | undefined>(
    'vscode.executeInlayHintProvider',
    document.uri,
    whole,
  );
  return (all ?? []).filter((hint) => /\b(f32|i32|bool)\[/.test(labelOf(hint)));
};

/** The document as the user sees it: its text with each hint spliced in, in guillemets. */
export const picture = async (document: vscode.TextDocument): Promise<string> => {
  let text = document.getText();
  const last = (a: vscode.InlayHint, b: vscode.InlayHint): number => b.position.compareTo(a.position);
  for (const hint of (await hints(document)).sort(last)) {
    const offset = document.offsetAt(hint.position);
    text = `${text.slice(0, offset)}«${labelOf(hint)}»${text.slice(offset)}`;
  }
  return text;
};

/** The picture, once it holds all the texts. */
export const pictureWith = (document: vscode.TextDocument, ...texts: string[]): Promise<string> =>
  eventually(
    `hints with ${texts.join(' and ')}`,
    () => picture(document),
    (seen) => texts.every((text) => seen.includes(text)),
  );
