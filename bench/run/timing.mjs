// All peers of one case side by side: rounds alternate, so that whatever else the machine does meets all.
import { PeerProcess } from './peerProcess.mjs';
import { median, spread } from './statistics.mjs';

/** Calls before the rounds: compilers work, and Distaff tries its two. */
const WARM_UP = 10;
/** It tries them more often with what takes less than some milliseconds. */
const BRIEF_WARM_UP = 40;
/** Calls of more ms are timed once. */
const SLOW = 5000;
/** Training steps after which the peers' losses are compared. */
const COMPARED = 5;

/**
 * @param {Record<string, string[]>} commands by peer
 * @param {{ calls: string[], rounds: number, budget: number, log: (line: string) => void }} options `budget`: ms of one
 *   peer's part of a round
 * @returns {Promise<{ call: string, peers: Record<string, object> }[]>}
 */
export async function timeCase(commands, { calls, rounds, budget, log }) {
  const peers = {};
  const attempt = async (name, what) => {
    try {
      return await what();
    } catch (error) {
      log(`  ${name} failed: ${error.message}`);
      peers[name]?.stop();
      delete peers[name];
    }
  };
  try {
    for (const [name, command] of Object.entries(commands)) {
      await attempt(name, async () => {
        peers[name] = await PeerProcess.start(command);
      });
    }
    const results = [];
    for (const call of calls) {
      const row = { call, peers: await timeCall(peers, call, { rounds, budget, attempt }) };
      const medians = Object.entries(row.peers).map(([name, { median }]) => `${name} ${median.toPrecision(3)} ms`);
      log(`  ${call}: ${medians.join(', ')}`);
      results.push(row);
    }
    return results;
  } finally {
    for (const peer of Object.values(peers)) peer.stop();
  }
}

async function timeCall(peers, call, { rounds, budget, attempt }) {
  const rows = {};
  const able = () => Object.keys(peers).filter((name) => peers[name].calls.includes(call));
  for (const name of able()) {
    await attempt(name, async () => {
      const first = (await peers[name].ask(call, 1)).times;
      const second = (await peers[name].ask(call, 1)).times;
      // Its rounds would take the time of all others: one call has to do.
      if (second[0] > SLOW) {
        rows[name] = { first: first[0], warm: first, loss: null, count: 0, rounds: [second] };
        return;
      }
      const { times, loss } = await peers[name].ask(call, COMPARED - 2);
      const warmUp = median(times) < 5 ? BRIEF_WARM_UP : WARM_UP;
      const warm = [...first, ...second, ...times, ...(await peers[name].ask(call, warmUp - COMPARED)).times];
      const begin = performance.now();
      await peers[name].ask(call, 2);
      const count = Math.max(1, Math.min(500, Math.round((2 * budget) / (performance.now() - begin))));
      rows[name] = { first: warm[0], warm, loss, count, rounds: [] };
    });
  }
  for (let round = 0; round < rounds; round++) {
    const names = able().filter((name) => rows[name]?.count > 0);
    for (const name of [...names.slice(round % names.length), ...names.slice(0, round % names.length)]) {
      await attempt(name, async () => {
        rows[name].rounds.push((await peers[name].ask(call, rows[name].count)).times);
      });
    }
  }
  const whole = Object.entries(rows).filter(([name]) => peers[name] !== undefined);
  return Object.fromEntries(whole.map(([name, row]) => [name, summary(row, peers[name].peakMemory)]));
}

function summary({ first, warm, loss, rounds }, peakMemory) {
  const times = spread(rounds.flat());
  // What the first calls took beyond what they take later: tracing and compiling.
  const warmUp = Math.max(
    0,
    warm.reduce((sum, time) => sum + time - times.median, 0),
  );
  return { ...times, first, warmUp, loss, peakMemory, rounds: rounds.map(median) };
}
