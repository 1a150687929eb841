import { Disposable, workspace } from 'vscode';
import { isDistaffFile } from './distaffFiles';

/** Ms without typing before the open files are looked at again: an import may just be being written. */
const TYPING_PAUSE = 300;

/** Calls `listener` once: as soon as an open document imports `distaff`. */
export const onFirstUse = (listener: () => void): Disposable => {
  let pause: NodeJS.Timeout | undefined;
  const look = (): void => {
    if (!workspace.textDocuments.some(isDistaffFile)) return;
    watch.dispose();
    listener();
  };
  const watch = Disposable.from(
    workspace.onDidOpenTextDocument(look),
    workspace.onDidChangeTextDocument(() => {
      clearTimeout(pause);
      pause = setTimeout(look, TYPING_PAUSE);
    }),
    new Disposable(() => clearTimeout(pause)),
  );
  look();
  return watch;
};
