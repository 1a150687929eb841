import type { LogOutputChannel } from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
  TransportKind,
} from 'vscode-languageclient/node';
import { type Status, StatusNotification } from '../../server/src/protocol';
import { LANGUAGES, SETTINGS_SECTION } from './contributions';
import { readSettings } from './settings';

/** What the extension wants to know of a server's process. */
export interface ServerEvents {
  running(): void;
  status(status: Status): void;
  /** The connection closed without having been asked to. */
  closed(): void;
}

/** Logs what goes wrong; what the user has to know is said once, by the one who listens. */
class QuietLanguageClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** A client for one process of the language server; `module` is the file that it runs, in the extension host's own Node. */
export const createLanguageClient = (
  module: string,
  output: LogOutputChannel,
  events: ServerEvents,
): LanguageClient => {
  const run = { module, transport: TransportKind.ipc };
  const debug = { ...run, options: { execArgv: ['--nolazy', '--inspect=6009'] } };
  const options: LanguageClientOptions = {
    documentSelector: LANGUAGES.map((language) => ({ scheme: 'file', language })),
    initializationOptions: readSettings,
    initializationFailedHandler: () => false,
    synchronize: { configurationSection: SETTINGS_SECTION },
    diagnosticCollectionName: 'distaff',
    outputChannel: output,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    // A closed client is never started again: what follows a crash is decided by the one who listens.
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        events.closed();
        return {
          action: CloseAction.DoNotRestart,
          handled: true,
          message: 'The language server stopped unexpectedly.',
        };
      },
    },
  };
  const client = new QuietLanguageClient('distaff', 'Distaff', { run, debug }, options);
  client.onDidChangeState(({ newState }) => {
    if (newState === State.Running) events.running();
  });
  client.onNotification(StatusNotification, (status) => events.status(status));
  return client;
};
