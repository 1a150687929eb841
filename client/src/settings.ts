import { workspace } from 'vscode';
import type { InitializationOptions } from '../../server/src/protocol';
import { MINIMUM_TIME_BUDGET, SETTINGS } from './contributions';

/** The settings that the server starts with; later changes reach it as `workspace/didChangeConfiguration`. */
export const readSettings = (): InitializationOptions => {
  const settings = workspace.getConfiguration();
  const timeBudget = settings.get<number>(SETTINGS.timeBudget);
  return {
    onSave: settings.get<boolean>(SETTINGS.onSave),
    timeBudget: timeBudget === undefined ? undefined : Math.max(MINIMUM_TIME_BUDGET, timeBudget),
  };
};
