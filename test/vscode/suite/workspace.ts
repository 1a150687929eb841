import * as vscode from 'vscode';
import type { DistaffApi } from '../../../client/src/extension';
import { eventually } from '../eventually';

const folder = (): vscode.Uri => {
  const first = vscode.workspace.workspaceFolders?.[0];
  if (!first) throw new Error('The suite needs a workspace: a copy of test/vscode/fixtures.');
  return first.uri;
};

/** Opens a file of the workspace in the editor. */
export const open = async (name: string): Promise<vscode.TextDocument> => {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder(), name));
  await vscode.window.showTextDocument(document);
  return document;
};

/** Opens a new file with the fixture's text, for the test to change at will. */
export const openCopy = async (fixture: string, name: string): Promise<vscode.TextDocument> => {
  await vscode.workspace.fs.copy(vscode.Uri.joinPath(folder(), fixture), vscode.Uri.joinPath(folder(), name), {
    overwrite: true,
  });
  return open(name);
};

/** Replaces the first occurrence of a text, as typing would: the document is dirty then. */
export const replace = async (document: vscode.TextDocument, from: string, to: string): Promise<void> => {
  const start = document.getText().indexOf(from);
  if (start < 0) throw new Error(`${from} is not in ${document.uri.path}:\n${document.getText()}`);
  const edit = new vscode.WorkspaceEdit();
  const range = new vscode.Range(document.positionAt(start), document.positionAt(start + from.length));
  edit.replace(document.uri, range, to);
  if (!(await vscode.workspace.applyEdit(edit))) throw new Error('VS Code did not apply the edit');
};

/** Replaces and saves. */
export const replaceAndSave = async (document: vscode.TextDocument, from: string, to: string): Promise<void> => {
  await replace(document, from, to);
  if (!(await document.save())) throw new Error(`${document.uri.path} was not saved`);
};

/** Saves and closes every editor. */
export const closeAll = async (): Promise<void> => {
  await vscode.workspace.saveAll();
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
};

const EXTENSION = 'distaff.distaff-vscode';

/** Our extension, activated by VS Code itself. */
export const activatedExtension = async (): Promise<vscode.Extension<DistaffApi>> =>
  eventually(
    'the extension becomes active',
    () => {
      const extension = vscode.extensions.getExtension<DistaffApi>(EXTENSION);
      if (!extension) throw new Error(`${EXTENSION} is not installed`);
      return extension;
    },
    ({ isActive }) => isActive,
  );

/** How the language server is doing. */
export const distaff = async (): Promise<DistaffApi> => (await activatedExtension()).exports;
