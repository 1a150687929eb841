/** A profile as files that viewers open. */
import { type ProfileEvent, titleOf } from './recorder';

const MICROSECONDS = 1000;

/**
 * Chrome's trace event format, which Perfetto (ui.perfetto.dev) and chrome://tracing open
 * ("Trace Event Format", complete events).
 */
export function chromeTrace(events: readonly ProfileEvent[], wall: number) {
  const [pid, tid] = [process.pid, 1];
  const complete = outermostFirst(events).map((event) => {
    const { kind, name: _, begin, duration, ...args } = event;
    const time = { ts: begin * MICROSECONDS, dur: duration * MICROSECONDS };
    return { name: titleOf(event), cat: kind, ph: 'X', ...time, pid, tid, args };
  });
  const whole = { name: 'profile', cat: 'profile', ph: 'X', ts: 0, dur: wall * MICROSECONDS, pid, tid, args: {} };
  const named = (what: string, name: string) => ({ name: what, ph: 'M', pid, tid, args: { name } });
  return {
    displayTimeUnit: 'ms',
    traceEvents: [named('process_name', 'distaff'), named('thread_name', 'main'), whole, ...complete],
  };
}

/** By their beginning, each before what is inside of it. Events are listed as they end, so of equal ones the last is outside. */
function outermostFirst(events: readonly ProfileEvent[]): ProfileEvent[] {
  return [...events].reverse().sort((a, b) => a.begin - b.begin || b.duration - a.duration);
}

interface CpuNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly scriptId: string;
    readonly url: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
  hitCount: number;
  readonly children: number[];
}

/** V8's .cpuprofile, which VS Code opens: each stretch of time is a sample of the innermost event, at the user's line. */
export function cpuProfile(events: readonly ProfileEvent[], wall: number) {
  const nodes: CpuNode[] = [];
  const known = new Map<string, CpuNode>();
  const nodeOf = (parent: CpuNode | undefined, name: string, line: string | undefined): CpuNode => {
    const key = `${parent?.id} ${name} ${line}`;
    let node = known.get(key);
    if (node === undefined) {
      node = { id: nodes.length + 1, callFrame: callFrame(name, line), hitCount: 0, children: [] };
      nodes.push(node);
      known.set(key, node);
      parent?.children.push(node.id);
    }
    return node;
  };
  const root = nodeOf(undefined, '(root)', undefined);
  const program = nodeOf(root, '(program)', undefined);
  const samples: number[] = [];
  const timeDeltas: number[] = [];
  let now = 0;
  const pass = (node: CpuNode, until: number) => {
    if (until <= now) return;
    samples.push(node.id);
    timeDeltas.push((until - now) * MICROSECONDS);
    node.hitCount++;
    now = until;
  };
  const open: { node: CpuNode; end: number }[] = [];
  const closeUntil = (time: number) => {
    for (let top = open.at(-1); top !== undefined && top.end <= time; top = open.at(-1)) {
      pass(top.node, top.end);
      open.pop();
    }
  };
  for (const event of outermostFirst(events)) {
    closeUntil(event.begin);
    const parent = open.at(-1)?.node;
    pass(parent ?? program, event.begin);
    open.push({ node: nodeOf(parent ?? root, titleOf(event), event.line), end: event.begin + event.duration });
  }
  closeUntil(Number.POSITIVE_INFINITY);
  pass(program, wall);
  return { nodes, startTime: 0, endTime: wall * MICROSECONDS, samples, timeDeltas };
}

/** V8 counts lines and columns from 0. */
function callFrame(functionName: string, line: string | undefined): CpuNode['callFrame'] {
  const [, path = '', row = '1', column = '1'] = /^(.*):(\d+):(\d+)$/.exec(line ?? '') ?? [];
  const url = path === '' ? '' : `file://${path}`;
  return { functionName, scriptId: '0', url, lineNumber: Number(row) - 1, columnNumber: Number(column) - 1 };
}
