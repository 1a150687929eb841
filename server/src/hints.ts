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
  for (const record of records) {
    const known = seen.get(record.site);
    if (known === undefined) seen.set(record.site, [record]);
    else known.push(record);
  }
  const ownModules = new Set(definitions.map(({ name }) => name));
  const labels = new Map<number, string>();
  for (const [id, all] of seen) labels.set(id, summary(ownRecords(sites[id] as Site, all)));
  const around = enclosing(sites);

  const hints: Hint[] = [];
  for (const [id, all] of seen) {
    const site = sites[id] as Site;
    const own = ownRecords(site, all);
    const label = labels.get(id) as string;
    // What a variable or return has anyway, often through a function such as relu, is not said twice.
    if (site.kind !== 'call' || (!site.takenApart && labels.get(around[id] ?? -1) !== label)) {
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
}

/** For each site the innermost variable, return or parameter whose value is made of it. */
function enclosing(sites: readonly Site[]): (number | undefined)[] {
  const found: (number | undefined)[] = [];
  const open: number[] = [];
  const at = (id: number) => sites[id] as Site;
  const outerFirst = [...sites.keys()].sort((a, b) => at(a).start - at(b).start || at(b).end - at(a).end);
  for (const id of outerFirst) {
    while (open.length > 0 && at(open.at(-1) as number).end <= at(id).start) open.pop();
    found[id] = open.at(-1);
    if (at(id).kind !== 'call') open.push(id);
  }
  return found;
}

/** What a module's own inputs gave, if it has some: its callers' sizes would only repeat it. */
function ownRecords(site: Site, records: readonly SiteRecord[]): readonly SiteRecord[] {
  const own = records.filter(({ probe }) => probe !== undefined && probe === site.definition);
  if (own.length > 0) return own;
  // A module's inputs are given to be seen, with names for its sizes; those of a plain call come after.
  return [...records].sort((a, b) => Number(a.probe === undefined) - Number(b.probe === undefined));
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
