import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../eventually';

/** Monaco's non-breaking spaces, as the user reads them. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ').replaceAll('\u200b', '');

/** Where something is on the page, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** VS Code as its user sees and works it: only what keyboard, mouse and eyes can do. */
export class Workbench {
  readonly page: Page;
  readonly #folder: string;
  /** What the edited files hold, saved or not. */
  readonly #texts = new Map<string, string>();

  /** `folder`: the workspace on disk. */
  constructor(page: Page, folder: string) {
    this.page = page;
    this.#folder = folder;
  }

  /** The status bar item of Distaff. */
  get status(): Locator {
    return this.page.locator('.statusbar-item', { hasText: 'Distaff' });
  }

  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press('Control+P');
    await this.#typeInQuickInput(name, name);
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
    await this.page.locator('.editor-instance .view-line').first().waitFor();
  }

  async runCommand(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.#typeInQuickInput(title, title);
  }

  /** The editor's visible lines, hints included; in no order. */
  async lines(): Promise<string[]> {
    return (await this.page.locator('.editor-instance').first().locator('.view-line').allTextContents()).map(plain);
  }

  /** Waits until the editor shows all the texts. */
  async see(texts: readonly string[], patience = 30_000): Promise<void> {
    const shown = (lines: string[]): boolean => texts.every((text) => lines.some((line) => line.includes(text)));
    await eventually(`the editor shows ${texts.join(' and ')}`, () => this.lines(), shown, patience);
  }

  /** Puts the caret before the first occurrence of a text of the open file; gives the caret's place on the page. */
  async goTo(file: string, wanted: string): Promise<Box> {
    const text = this.#textOf(file);
    const offset = text.indexOf(wanted);
    if (offset < 0) throw new Error(`${JSON.stringify(wanted)} is not in ${file}:\n${text}`);
    const before = text.slice(0, offset).split('\n');
    await this.page.keyboard.press('Control+G');
    await this.#typeInQuickInput(`${before.length}:${(before.at(-1) ?? '').length + 1}`);
    const caret = await this.page.locator('.editor-instance').first().locator('.cursors-layer .cursor').boundingBox();
    if (!caret) throw new Error('The editor shows no caret');
    return caret;
  }

  /** Selects the first occurrence of a text of the open file and types another in its place. */
  async type(file: string, from: string, to: string): Promise<void> {
    await this.goTo(file, from);
    for (let selected = 0; selected < from.length; selected++) await this.page.keyboard.press('Shift+ArrowRight');
    // As pasted: suggestions and closing brackets are TypeScript's business.
    if (to) await this.page.keyboard.insertText(to);
    else await this.page.keyboard.press('Delete');
    this.#texts.set(
      file,
      this.#textOf(file).replace(from, () => to),
    );
  }

  async save(): Promise<void> {
    await this.page.keyboard.press('Control+S');
    await this.page.locator('.tab.active.dirty').waitFor({ state: 'detached' });
  }

  /** Rests the mouse on a place of the editor and reads the problem that pops up. */
  async problemAt({ x, y, height }: Box): Promise<string> {
    await this.page.mouse.move(x + 4, y + height / 2);
    const marker = this.page.locator('.monaco-hover .marker').first();
    await marker.waitFor({ timeout: 15_000 });
    return plain((await marker.textContent()) ?? '');
  }

  /** The red squiggles of the editor. */
  async squiggles(): Promise<Box[]> {
    const boxes = await Promise.all(
      (await this.page.locator('.editor-instance .squiggly-error').all()).map((each) => each.boundingBox()),
    );
    return boxes.filter((box) => box !== null);
  }

  #textOf(file: string): string {
    return this.#texts.get(file) ?? readFileSync(join(this.#folder, file), 'utf8');
  }

  /** Types into the box at the top and presses Enter, where `row` is given not before that is offered. */
  async #typeInQuickInput(text: string, row?: string): Promise<void> {
    const box = this.page.locator('.quick-input-widget');
    await box.locator('input[type=text]').waitFor();
    await this.page.keyboard.type(text);
    if (row) await box.locator('.monaco-list-row', { hasText: row }).first().waitFor();
    await this.page.keyboard.press('Enter');
    await box.waitFor({ state: 'hidden' });
  }
}
