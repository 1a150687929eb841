import type { Status } from '../../server/src/protocol';

/** The server's process, as the extension sees it. */
export type ServerState =
  /** No open document imports `distaff` yet. */
  | { readonly kind: 'idle' }
  /** The workspace is not trusted, so none of its code may be evaluated. */
  | { readonly kind: 'untrusted' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'running' }
  /** It crashed and comes back by itself. */
  | { readonly kind: 'restarting'; readonly crashes: number }
  /** It does not come back by itself. */
  | { readonly kind: 'failed'; readonly reason: string };

/** What the status bar item shows. */
export interface Presentation {
  /** Codicons are written `$(name)`. */
  readonly text: string;
  readonly tooltip: string;
  /** Colours the item's background. */
  readonly severity?: 'warning' | 'error';
  /** Passing work: shown only when it takes a while. */
  readonly busy: boolean;
}

const NAME = 'Distaff';
const LONGEST_SUMMARY = 28;

/** The part of a message before its first `:` or `;`, or its first sentence, where that is short enough for the status bar. */
export const summary = (message: string): string => {
  const [head = ''] = message.split(/[:;]\s|\.\s|\.$|\s[–—]\s/, 1);
  return head.length <= LONGEST_SUMMARY ? head.charAt(0).toLowerCase() + head.slice(1) : '';
};

const named = (icon: string, about: string): string => `$(${icon}) ${about ? `${NAME}: ${about}` : NAME}`;

const running = (status: Status | undefined): Presentation => {
  if (!status) return { text: named('loading~spin', ''), tooltip: 'Starting.', busy: true };
  const busy = !status.quiescent;
  const icon = { ok: 'symbol-ruler', warning: 'warning', error: 'error' }[status.health];
  const about = {
    ok: '',
    warning: summary(status.message) || 'stopped early',
    error: summary(status.message) || 'not working',
  };
  const text = named(busy ? 'loading~spin' : icon, about[status.health]);
  return { text, tooltip: status.message, busy, ...(status.health === 'ok' ? {} : { severity: status.health }) };
};

/** What the status bar says; `status` is the running server's last word. */
export const present = (server: ServerState, status?: Status): Presentation => {
  switch (server.kind) {
    case 'idle':
      return {
        text: named('symbol-ruler', ''),
        tooltip: 'Starts with the first TypeScript file that imports distaff.',
        busy: false,
      };
    case 'untrusted':
      return {
        text: named('shield', 'restricted'),
        tooltip: 'Shapes come from evaluating your code, so they need a trusted workspace.',
        busy: false,
      };
    case 'starting':
      return { text: named('loading~spin', ''), tooltip: 'Starting the language server.', busy: true };
    case 'running':
      return running(status);
    case 'restarting':
      return {
        text: named('warning', 'restarting'),
        tooltip: `The language server stopped unexpectedly (${server.crashes === 1 ? 'once' : `${server.crashes} times`}) and is being restarted. The output says why.`,
        severity: 'warning',
        busy: false,
      };
    case 'failed':
      return { text: named('error', 'stopped'), tooltip: server.reason, severity: 'error', busy: false };
  }
};
