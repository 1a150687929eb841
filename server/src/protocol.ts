/** The wire between an editor (or the command line) and the language server, beside LSP itself. Types and names only. */
import { NotificationType, RequestType } from 'vscode-jsonrpc';

/** Given as `initializationOptions`. */
export interface InitializationOptions {
  /** Work out shapes when a file is saved (the setting `distaff.shapes.onSave`). Default true. */
  readonly onSave?: boolean;
  /** How long one evaluation of a file may take, in ms (the setting `distaff.shapes.timeBudget`). Default 2000. */
  readonly timeBudget?: number;
}

/** One value tells the editor how shapes are doing; sent on every change. */
export interface Status {
  /** `warning`: the last evaluation ended early (time budget, crash) and hints may be old. `error`: nothing works. */
  readonly health: 'ok' | 'warning' | 'error';
  /** False while a file is being worked out. */
  readonly quiescent: boolean;
  /** One line for the status bar's tooltip; for `warning` and `error` it says what happened and what to do. */
  readonly message: string;
}

export const StatusNotification = new NotificationType<Status>('distaff/status');

export interface ShapesParams {
  /** A file the server can read, or an open document. */
  readonly uri: string;
}

export interface ParamShape {
  /** `/hidden/kernel`, relative to the module. */
  readonly path: string;
  readonly shape: readonly number[];
  /** JAX's short form: `f32`. */
  readonly dtype: string;
}

export interface ModuleShapes {
  readonly name: string;
  /** 1-based. */
  readonly line: number;
  /** As the editor prints them: `f32[B, 784]`. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly params: readonly ParamShape[];
  readonly parameterCount: number;
  readonly bytes: number;
}

export interface HintLine {
  /** 1-based. */
  readonly line: number;
  /** 1-based column before which the hint stands. */
  readonly character: number;
  readonly label: string;
}

export interface DiagnosticLine {
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly character: number;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  readonly message: string;
}

/** Everything that the editor shows for one file: what `distaff shapes` prints. */
export interface FileShapes {
  readonly modules: readonly ModuleShapes[];
  readonly hints: readonly HintLine[];
  readonly diagnostics: readonly DiagnosticLine[];
  /** The evaluation's own end: the hints are complete unless it says otherwise. */
  readonly status: Status;
}

/** Works out one file now and returns what the editor shows for it. */
export const ShapesRequest = new RequestType<ShapesParams, FileShapes, void>('distaff/shapes');

/** Kills the analysis process, forgets all results and works out the open files again. */
export const RestartRequest = new RequestType<null, void, void>('distaff/restart');
