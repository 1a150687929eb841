import { commands, type ExtensionContext, ProgressLocation, window, workspace } from 'vscode';
import { activeDistaffFile } from './activeFile';
import { COMMANDS, STATUS_MENU_COMMAND } from './contributions';
import { onFirstUse } from './firstUse';
import { ShapesServer } from './shapesServer';
import { ShapesView } from './shapesView';
import { StatusBar } from './statusBar';
import { reportFailure, showStatusMenu } from './statusMenu';
import { present } from './statusPresentation';

/** What `extensions.getExtension('distaff.distaff-vscode').exports` gives: how the language server is doing. */
export type DistaffApi = Pick<ShapesServer, 'state' | 'status' | 'processId' | 'onDidChange'>;

/** Runs with the first TypeScript file. Nothing is started before an open one imports `distaff`. */
export const activate = (context: ExtensionContext): DistaffApi => {
  const output = window.createOutputChannel('Distaff', { log: true });
  const server = new ShapesServer(context.asAbsolutePath('runtime/dist/server.js'), output);
  const view = new ShapesView((source) => server.shapes(source));
  const statusBar = new StatusBar();

  const begin = (): void => {
    statusBar.reveal();
    void server.start();
  };
  const showShapes = async (): Promise<void> => {
    try {
      const source = view.activeSource() ?? activeDistaffFile().uri;
      await window.withProgress({ location: ProgressLocation.Window, title: 'Working out shapes' }, () =>
        view.show(source),
      );
    } catch (error) {
      void window.showWarningMessage(`Distaff: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const restart = async (): Promise<void> => {
    statusBar.reveal();
    await server.restart();
  };
  const render = (): void => {
    statusBar.set(present(server.state, server.status));
    if (server.state.kind === 'failed') void reportFailure(server.state.reason, output);
  };

  context.subscriptions.push(
    output,
    server,
    view,
    statusBar,
    server.onDidChange(render),
    workspace.onDidGrantWorkspaceTrust(() => server.state.kind === 'untrusted' && server.start()),
    commands.registerCommand(COMMANDS.showShapes, showShapes),
    commands.registerCommand(COMMANDS.restart, restart),
    commands.registerCommand(STATUS_MENU_COMMAND, () =>
      showStatusMenu(server.state, present(server.state, server.status).tooltip, output),
    ),
    onFirstUse(begin),
  );
  return server;
};
