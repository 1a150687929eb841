/** The parts of `scripts/` that the user-driven test uses; `scripts/` is JavaScript and is not bundled into it. */
declare module '*/scripts/vscodeHost.mjs' {
  export interface Host {
    readonly url: string;
    log(): string;
    stop(): Promise<void>;
  }
  export interface HostOptions {
    readonly workspace?: string;
    readonly extensionsDir?: string;
    readonly env?: NodeJS.ProcessEnv;
  }
  export function startHost(options?: HostOptions): Promise<Host>;
  export function installExtension(vsix: string, extensionsDir: string): Promise<void>;
}

declare module '*/scripts/setup/chromium.mjs' {
  export function ensureChromium(): Promise<string>;
}
