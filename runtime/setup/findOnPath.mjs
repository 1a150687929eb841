import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first executable of that name on PATH, or undefined. */
export function findOnPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      if (folder) {
        accessSync(path, constants.X_OK);
        return path;
      }
    } catch {
      // Not here.
    }
  }
  return undefined;
}
