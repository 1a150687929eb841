/** The names that package.json contributes. A test compares both, so a name cannot drift. */

export const COMMANDS = {
  showShapes: 'distaff.showShapes',
  restart: 'distaff.restart',
} as const;

/** Not in the command palette: what a click on the status bar item runs. */
export const STATUS_MENU_COMMAND = 'distaff.statusMenu';

export const SETTINGS = {
  onSave: 'distaff.shapes.onSave',
  timeBudget: 'distaff.shapes.timeBudget',
} as const;

/** The settings' section that the server is kept informed of. */
export const SETTINGS_SECTION = 'distaff';

/** Ms: below it not even an empty file could be evaluated. */
export const MINIMUM_TIME_BUDGET = 100;

/** Ids of the languages that Distaff reads. */
export const LANGUAGES = ['typescript', 'typescriptreact'] as const;

/** The read-only document that `Distaff: Show Shapes` opens. */
export const SHAPES_SCHEME = 'distaff-shapes';
export const SHAPES_LANGUAGE = 'distaff-shapes';
