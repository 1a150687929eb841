import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  COMMANDS,
  LANGUAGES,
  MINIMUM_TIME_BUDGET,
  SETTINGS,
  SHAPES_LANGUAGE,
  SHAPES_SCHEME,
} from '../../../client/src/contributions';

const root = new URL('../../../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const { contributes } = manifest;

describe('package.json', () => {
  it('contributes the commands that the extension registers, all under Distaff', () => {
    const contributed: { command: string; category: string }[] = contributes.commands;
    expect(contributed.map(({ command }) => command).sort()).toEqual(Object.values(COMMANDS).sort());
    expect(new Set(contributed.map(({ category }) => category))).toEqual(new Set(['Distaff']));
  });

  it('contributes the settings that the extension reads, with the smallest time budget that it takes', () => {
    const { properties } = contributes.configuration;
    expect(Object.keys(properties).sort()).toEqual(Object.values(SETTINGS).sort());
    expect(properties[SETTINGS.timeBudget].minimum).toBe(MINIMUM_TIME_BUDGET);
  });

  it('activates the extension with the languages that the server reads', () => {
    expect(manifest.activationEvents).toEqual(LANGUAGES.map((language) => `onLanguage:${language}`));
  });

  it('offers Show Shapes where it can work', () => {
    const [{ when }] = contributes.menus.commandPalette;
    const clauses = LANGUAGES.map((language) => `resourceLangId == ${language}`);
    expect(when).toBe([...clauses, `resourceScheme == ${SHAPES_SCHEME}`].join(' || '));
    expect(contributes.languages.map(({ id }: { id: string }) => id)).toEqual([SHAPES_LANGUAGE]);
  });

  it('names files that are there', () => {
    const files = [manifest.icon, ...contributes.grammars.map(({ path }: { path: string }) => path)];
    expect(files.filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
  });

  it('evaluates nothing in a workspace that is not trusted', () => {
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe('limited');
  });
});
