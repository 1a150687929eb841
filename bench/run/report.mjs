// The results as tables of Markdown.
import { CALLS, CASES } from './cases.mjs';
import { PEERS } from './peers.mjs';
import { geometricMean, median } from './statistics.mjs';

const ours = 'distaff';
const rowName = ({ name, call }) => `${CASES[name].title}: ${CALLS[call]}`;

/** Ours divided by a peer's, round by round: the median, and the smallest and the largest. */
export function ratios(row, peer) {
  const [mine, theirs] = [row.peers[ours], row.peers[peer]];
  if (mine === undefined || theirs === undefined || peer === ours) return undefined;
  // A slow peer has one round.
  const each = theirs.rounds.map((time, i) => mine.rounds[i] / time);
  return { median: median(each), lowest: Math.min(...each), highest: Math.max(...each) };
}

/**
 * @param {{ machine: Record<string, string | number>, rows: { name: string, call: string, peers: object }[] }} results
 */
export function tables({ machine, rows }) {
  const peers = Object.keys(PEERS).filter((peer) => rows.some((row) => peer in row.peers));
  const titles = peers.map((peer) => PEERS[peer].title);
  const table = (heads, lines) =>
    [heads, heads.map((_, i) => (i === 0 ? '---' : '--:')), ...lines]
      .map((cells) => `| ${cells.join(' | ')} |`)
      .join('\n');
  const byPeer = (first, cell) =>
    table(
      [first, ...titles],
      rows.map((row) => [rowName(row), ...peers.map((peer) => cell(row, peer))]),
    );

  const time = (row, peer) => {
    const result = row.peers[peer];
    return result === undefined ? '–' : `${milli(result.median)} (${milli(result.q1)}–${milli(result.q3)})`;
  };
  const ratio = (row, peer) => {
    const of = ratios(row, peer);
    return of === undefined ? '–' : `${digits(of.median)} (${digits(of.lowest)}–${digits(of.highest)})`;
  };
  const first = (row, peer) => {
    const result = row.peers[peer];
    return result === undefined ? '–' : `${milli(result.first)} / ${milli(result.warmUp)}`;
  };
  const memory = (row, peer) => row.peers[peer]?.peakMemory ?? '–';
  const trained = rows.filter(({ call }) => call === 'train');
  const means = peers.map((peer) => {
    const list = trained.map((row) => ratios(row, peer)?.median).filter((value) => value !== undefined);
    return list.length === 0 ? '–' : digits(geometricMean(list));
  });

  return [
    Object.entries(machine)
      .map(([key, value]) => `- ${key}: ${value}`)
      .join('\n'),
    '## Time of a call',
    'Milliseconds: the median (and the quartiles).',
    byPeer('ms', time),
    "## Distaff's time by the peer's",
    'Below 1 Distaff is faster. The median of the rounds (and the lowest and the highest).',
    `${byPeer('ratio', ratio)}\n| geometric mean of the training steps | ${means.join(' | ')} |`,
    '## The first calls',
    'Milliseconds of the very first call / of all that the first calls take beyond a later one: tracing and compiling.',
    byPeer('ms', first),
    '## Memory',
    "The most memory of the peer's process up to then, in MB.",
    byPeer('MB', memory),
  ].join('\n\n');
}

const digits = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(value < 0.1 ? 2 : 3));
const milli = (value) => (value === 0 ? '0' : digits(value));
