import { type Disposable, MarkdownString, StatusBarAlignment, ThemeColor, window } from 'vscode';
import { STATUS_MENU_COMMAND } from './contributions';
import type { Presentation } from './statusPresentation';

/** Work that ends sooner shows no spinner: most saves take less, and a blinking status bar is noise. */
const CALM = 300;

/** The item in the status bar. It only shows; what to show is decided elsewhere. */
export class StatusBar implements Disposable {
  readonly #item = window.createStatusBarItem('distaff.status', StatusBarAlignment.Right, 100);
  #calm: NodeJS.Timeout | undefined;
  #shownBusy = false;

  constructor() {
    this.#item.name = 'Distaff';
    this.#item.command = STATUS_MENU_COMMAND;
  }

  /** Shows the item from now on. */
  reveal(): void {
    this.#item.show();
  }

  hide(): void {
    this.#item.hide();
  }

  set(presentation: Presentation): void {
    clearTimeout(this.#calm);
    if (presentation.busy && !this.#shownBusy) this.#calm = setTimeout(() => this.#apply(presentation), CALM);
    else this.#apply(presentation);
  }

  #apply({ text, tooltip, severity, busy }: Presentation): void {
    this.#shownBusy = busy;
    this.#item.text = text;
    this.#item.tooltip = new MarkdownString().appendText(tooltip).appendMarkdown('\n\n_Click for actions._');
    this.#item.accessibilityInformation = { label: `Distaff: ${tooltip}` };
    this.#item.backgroundColor = severity && new ThemeColor(`statusBarItem.${severity}Background`);
  }

  dispose(): void {
    clearTimeout(this.#calm);
    this.#item.dispose();
  }
}
