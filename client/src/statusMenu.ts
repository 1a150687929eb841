import { commands, type LogOutputChannel, type QuickPickItem, window } from 'vscode';
import { COMMANDS, SETTINGS_SECTION } from './contributions';
import type { ServerState } from './statusPresentation';

interface Action extends QuickPickItem {
  run(): unknown;
}

const SHOW_OUTPUT = 'Show Output';
const RESTART = 'Restart';

const actions = (state: ServerState, output: LogOutputChannel): Action[] => [
  ...(state.kind === 'untrusted'
    ? [{ label: '$(shield) Manage Workspace Trust', run: () => commands.executeCommand('workbench.trust.manage') }]
    : []),
  {
    label: '$(symbol-ruler) Show Shapes',
    detail: 'All modules, parameters and hints of the active file',
    run: () => commands.executeCommand(COMMANDS.showShapes),
  },
  {
    label: `$(debug-restart) ${RESTART}`,
    detail: 'Start the language server anew and work out the open files again',
    run: () => commands.executeCommand(COMMANDS.restart),
  },
  { label: `$(output) ${SHOW_OUTPUT}`, detail: 'What the language server has logged', run: () => output.show() },
  {
    label: '$(gear) Settings',
    detail: 'When shapes are worked out, and how long that may take',
    run: () => commands.executeCommand('workbench.action.openSettings', `${SETTINGS_SECTION}.`),
  },
];

/** What a click on the status bar item offers; `message` is the status's own line. */
export const showStatusMenu = async (state: ServerState, message: string, output: LogOutputChannel): Promise<void> => {
  const action = await window.showQuickPick(actions(state, output), { title: 'Distaff', placeHolder: message });
  await action?.run();
};

/** Tells that the server does not come back by itself. */
export const reportFailure = async (reason: string, output: LogOutputChannel): Promise<void> => {
  const choice = await window.showErrorMessage(`Distaff: ${reason}`, RESTART, SHOW_OUTPUT);
  if (choice === RESTART) await commands.executeCommand(COMMANDS.restart);
  if (choice === SHOW_OUTPUT) output.show();
};
