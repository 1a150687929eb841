import type { SiteRecord } from '../../runtime/src/host/analysis/protocol';
import type { Compiled } from './source/compile';
import type { Site } from './source/sites';

/** One inlay hint: a label before the character at `offset` of the evaluated text. */
export interface Hint {
  readonly offset: number;
  readonly label: string;
  readonly tooltip: string;
}

/** The hints of what the file's sites saw. */
export function hintsOf({ sites, definitions }: Compiled, records: readonly SiteRecord[]): Hint[] {
  const seen = new Map<number, SiteRecord[]>();
  for (const record of records) seen.set(record.site, [...(seen.get(record.site) ?? []), record]);
  const ownModules = new Set(definitions.map(({ name }) => name));
  const labels = new Map<number, string>();
  for (const [id, all] of seen) labels.set(id, summary(ownRecords(sites[id] as Site, all)));

  const hints: Hint[] = [];
  for (const [id, all] of seen) {
    const site = sites[id] as Site;
    const own = ownRecords(site, all);
    const label = labels.get(id) as string;
    if (site.kind !== 'call' || enclosingLabel(site, id) !== label) {
      hints.push({ offset: site.anchor, label: prefix(site) + label, tooltip: tooltip(site, own) });
    }
    const params = own.find(({ call }) => call !== undefined && call.params.length > 0 && !ownModules.has(call.module));
    if (params?.call !== undefined) {
      const list = params.call.params.map(({ name, label: shape }) => `${name} ${shape}`).join(', ');
      hints.push({
        offset: site.end,
        label: ` ${list}`,
        tooltip: `Parameters of ${params.call.module} at ${params.call.path}`,
      });
    }
  }
  return hints.sort((a, b) => a.offset - b.offset);

  /** The label of the variable or return that the call's value goes to, often through a function such as relu. */
  function enclosingLabel(site: Site, id: number): string | undefined {
    const around = sites
      .map((other, index) => ({ other, index }))
      .filter(
        ({ other, index }) =>
          index !== id && other.kind !== 'call' && other.start <= site.start && site.end <= other.end,
      )
      .sort((a, b) => a.other.end - a.other.start - (b.other.end - b.other.start))[0];
    return around && labels.get(around.index);
  }
}

/** What a module's own inputs gave, if it has some: its callers' sizes would only repeat it. */
function ownRecords(site: Site, records: readonly SiteRecord[]): readonly SiteRecord[] {
  const own = records.filter(({ probe }) => probe !== undefined && probe === site.definition);
  return own.length > 0 ? own : records;
}

/** `f32[B, 512] (+2)`: the first shape, and how many others there were. */
function summary(records: readonly SiteRecord[]): string {
  const distinct = [...new Set(records.map(({ label }) => label))];
  return distinct.length > 1 ? `${distinct[0]} (+${distinct.length - 1})` : (distinct[0] as string);
}

function prefix(site: Site): string {
  if (site.kind === 'param') return site.name === undefined ? ': ' : ` ${site.name}: `;
  return site.annotated ? ' ' : ': ';
}

function tooltip(site: Site, records: readonly SiteRecord[]): string {
  const lines = records.map(({ label, call }) => {
    const what = site.name === undefined ? label : `${site.name}: ${label}`;
    return call === undefined ? what : `${what}  (${call.module} at ${call.path})`;
  });
  return [...new Set(lines)].join('\n\n');
}
